#include "core/administration/trust_roots.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"
#include "tests/support/certificates.h"

using firstkey::core::as_bytes;
using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::ErrorCode;
using firstkey::core::LeafListing;
using firstkey::core::Role;
using firstkey::core::Settings;
using firstkey::core::sha256;
using firstkey::core::to_hex;
using firstkey::core::TrustPurpose;
using firstkey::core::TrustRoots;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::CertificateKind;
using firstkey::tests::code_of;
using firstkey::tests::make_certificate;
using firstkey::tests::to_pem;

namespace {

struct Fixture : AdministrationFixture {
  Fixture() {
    edit_settings([](Settings& settings) { settings.trust_roots.clear(); });
  }
  auto add(BytesView certificate) { return roots.add(certificate, LeafListing::kRefused); }
  TrustRoots roots{administration};
};

const Bytes& authority() {
  static const auto kDer = make_certificate("Test Root", CertificateKind::kAuthority);
  return kDer;
}
const Bytes& leaf() {
  static const auto kDer = make_certificate("Test Leaf", CertificateKind::kLeaf);
  return kDer;
}

}  // namespace

TEST_SUITE("core/administration/trust_roots") {
  TEST_CASE("an authority is listed under the hash of its DER") {
    Fixture f;
    const auto added = f.add(authority());
    REQUIRE(added);
    CHECK(added->id == to_hex(sha256(authority())));
    CHECK(added->subject == "CN=Test Root");
    CHECK(added->der == authority());
    CHECK(f.settings().trust_roots == std::vector{added.value()});
    CHECK(f.roots.list().value() == std::vector{added.value()});
    CHECK(f.last_audit().details.at("rootId") == added->id);
    CHECK(f.last_audit().details.at("subject") == "CN=Test Root");
  }

  TEST_CASE("PEM and DER of one certificate are one root") {
    Fixture f;
    const auto added = f.add(as_bytes(to_pem(authority())));
    REQUIRE(added);
    CHECK(added->der == authority());
    CHECK(code_of(f.add(authority())) == ErrorCode::kAlreadyExists);
    CHECK(f.settings().trust_roots.size() == 1);
  }

  TEST_CASE("text around a PEM certificate does not matter") {
    Fixture f;
    CHECK(f.add(as_bytes("Subject: Test Root\n" + to_pem(authority()) + "\n# end\n")).has_value());
  }

  TEST_CASE("a leaf is listed only if that is asked for") {
    Fixture f;
    CHECK(code_of(f.add(leaf())) == ErrorCode::kInvalidArgument);
    CHECK(f.settings().trust_roots.empty());
    CHECK(f.roots.add(leaf(), LeafListing::kAllowed).has_value());
  }

  TEST_CASE("anything but one whole certificate is refused") {
    auto cut = authority();
    cut.pop_back();
    auto longer = authority();
    longer.push_back(0);
    const auto pem = to_pem(authority());
    auto key_pem = pem;
    for (auto at = key_pem.find("CERTIFICATE"); at != std::string::npos;
         at = key_pem.find("CERTIFICATE")) {
      key_pem.replace(at, 11, "PUBLIC KEY");
    }
    const struct {
      const char* name;
      Bytes content;
    } cases[] = {
        {"nothing", {}},
        {"text", firstkey::tests::bytes_of("root")},
        {"a cut certificate", cut},
        {"a byte too many", longer},
        {"two certificates", firstkey::tests::bytes_of(pem + to_pem(leaf()))},
        {"PEM cut in the middle", firstkey::tests::bytes_of(pem.substr(0, pem.size() / 2))},
        {"PEM of something else", firstkey::tests::bytes_of(key_pem)},
        {"zeros", Bytes(100, 0)},
        {"an empty sequence", {0x30, 0x00}},
        {"over 16 KiB", Bytes(16 * 1024 + 1, 0x30)},
    };
    for (const auto& one : cases) {
      CAPTURE(one.name);
      Fixture f;
      CHECK(code_of(f.add(one.content)) == ErrorCode::kInvalidArgument);
      CHECK(f.settings().trust_roots.empty());
    }
  }

  TEST_CASE("a root is removed by its id or the beginning of it") {
    Fixture f;
    const auto added = f.add(authority());
    REQUIRE(added);
    const auto removed = f.roots.remove(added->id.substr(0, 8));
    REQUIRE(removed);
    CHECK(removed.value() == added.value());
    CHECK(f.settings().trust_roots.empty());
    CHECK(code_of(f.roots.remove(added->id)) == ErrorCode::kNotFound);
    CHECK(f.last_audit().outcome == "not_found");
  }

  TEST_CASE("a beginning that is too short or fits two roots removes none") {
    Fixture f;
    f.edit_settings([](Settings& settings) {
      settings.trust_roots = {{.id = "0123456789", .subject = "CN=One", .der = {1}},
                              {.id = "0123456788", .subject = "CN=Two", .der = {2}}};
    });
    CHECK(code_of(f.roots.remove("0123456")) == ErrorCode::kInvalidArgument);
    CHECK(code_of(f.roots.remove("01234567")) == ErrorCode::kInvalidArgument);
    CHECK(f.settings().trust_roots.size() == 2);
    CHECK(f.roots.remove("0123456788")->subject == "CN=Two");
  }

  TEST_CASE("roots of keys and of metadata are two lists") {
    Fixture f;
    TrustRoots metadata(f.administration, TrustPurpose::kMetadata);
    const auto added = metadata.add(authority(), LeafListing::kRefused);
    REQUIRE(added);
    CHECK(f.last_audit().action == "trust.metadata.add");
    CHECK(f.settings().metadata_roots == std::vector{added.value()});
    CHECK(f.settings().trust_roots.empty());
    CHECK(f.roots.list()->empty());
    CHECK(metadata.list()->size() == 1);
    CHECK(code_of(f.roots.remove(added->id)) == ErrorCode::kNotFound);
    CHECK(f.add(authority()).has_value());
    CHECK(metadata.remove(added->id).has_value());
    CHECK(f.settings().metadata_roots.empty());
    CHECK(f.settings().trust_roots.size() == 1);
  }

  TEST_CASE("a list that is full takes no more") {
    Fixture f;
    f.edit_settings([](Settings& settings) {
      for (int i = 0; i < 4096; ++i) {
        settings.trust_roots.push_back({.id = std::to_string(i), .subject = "CN=Root", .der = {1}});
      }
    });
    CHECK(code_of(f.add(authority())) == ErrorCode::kInvalidArgument);
    f.edit_settings([](Settings& settings) { settings.trust_roots.pop_back(); });
    CHECK(f.add(authority()).has_value());
  }

  TEST_CASE("trust is the policy administrator's to give and to take") {
    Fixture f;
    REQUIRE(f.add(authority()));
    f.holding({Role::kPrivilegedAuthenticationAdministrator, Role::kPrivilegedRoleAdministrator});
    CHECK(code_of(f.roots.add(leaf(), LeafListing::kAllowed)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.roots.remove(to_hex(sha256(authority())))) == ErrorCode::kRoleMissing);
    CHECK(f.roots.list()->size() == 1);
    f.holding({Role::kAuditor});
    CHECK(code_of(f.roots.list()) == ErrorCode::kRoleMissing);
    f.holding({Role::kAuthenticationPolicyAdministrator});
    CHECK(f.roots.add(leaf(), LeafListing::kAllowed).has_value());
  }
}
