#include "core/administration/audit_signing.h"

#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::AuditPublicKey;
using firstkey::core::AuditSigning;
using firstkey::core::ErrorCode;
using firstkey::core::Role;
using firstkey::core::to_hex;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;

namespace {

struct Fixture : AdministrationFixture {
  void happen() {
    write([](firstkey::core::WriteTransaction& t) {
      t.append_audit(firstkey::tests::make_event("test"));
    });
  }
  firstkey::tests::TemporaryFolder folder;
  std::string heads = folder / "heads";
  AuditSigning signing{administration, random, folder / "audit-key"};
};

}  // namespace

TEST_SUITE("core/administration/audit_signing") {
  TEST_CASE("what was signed is checked by the key of this place, or by the one that is named") {
    Fixture f;
    f.happen();
    REQUIRE(f.signing.sign(f.heads).value().has_value());
    CHECK(f.signing.verify(f.heads, std::nullopt)->unsigned_tails.empty());
    CHECK(f.signing.verify(f.heads, f.signing.key().value())->unsigned_tails.empty());
    CHECK(code_of(f.signing.verify(f.heads, AuditPublicKey{})) == ErrorCode::kAuditBroken);
  }

  TEST_CASE("the key that was kept elsewhere vouches over a renewal") {
    Fixture f;
    f.happen();
    REQUIRE(f.signing.sign(f.heads).value().has_value());
    const auto kept = f.signing.key().value();
    const auto renewed = f.signing.renew_key().value();
    CHECK(renewed != kept);
    CHECK(f.audit_of("audit.key").details.at("publicKey") == to_hex(renewed));
    for (int i = 0; i < 2; ++i) {
      REQUIRE(f.signing.sign(f.heads).value().has_value());
      f.happen();
    }
    CHECK(f.signing.verify(f.heads, kept).has_value());
    CHECK(f.signing.verify(f.heads, renewed).has_value());
  }

  TEST_CASE("heads of another key file are not taken for ours") {
    Fixture f;
    f.happen();
    AuditSigning elsewhere(f.administration, f.random, f.folder / "other-key");
    REQUIRE(elsewhere.sign(f.heads).value().has_value());
    CHECK(code_of(f.signing.verify(f.heads, std::nullopt)) == ErrorCode::kAuditBroken);
  }

  TEST_CASE("who may read the trail may sign and check it; the key is not theirs to renew") {
    Fixture f;
    f.happen();
    f.holding({Role::kAuditor});
    CHECK(f.signing.sign(f.heads).has_value());
    CHECK(f.signing.verify(f.heads, std::nullopt).has_value());
    CHECK(code_of(f.signing.renew_key()) == ErrorCode::kRoleMissing);
    f.holding({Role::kUserAdministrator});
    CHECK(code_of(f.signing.sign(f.heads)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.signing.verify(f.heads, std::nullopt)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.signing.key()) == ErrorCode::kRoleMissing);
  }
}
