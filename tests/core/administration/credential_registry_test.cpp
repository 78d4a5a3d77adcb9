#include "core/administration/credential_registry.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"

using firstkey::core::Bytes;
using firstkey::core::CredentialRecord;
using firstkey::core::CredentialRegistry;
using firstkey::core::ErrorCode;
using firstkey::core::from_hex;
using firstkey::core::Role;
using firstkey::core::SessionId;
using firstkey::core::SessionState;
using firstkey::core::Settings;
using firstkey::core::to_base64url;
using firstkey::core::User;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::bytes_of;
using firstkey::tests::code_of;
using firstkey::tests::make_credential;
using firstkey::tests::ref;

namespace {

/// P-256's generator as a point. Source: SEC 2 §2.4.2.
const std::string kX = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
const std::string kY = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
const auto kCose = from_hex("a5010203262001215820" + kX + "225820" + kY).value();
/// The fixed beginning of a P-256 SubjectPublicKeyInfo. Source: RFC 5480.
const auto kSpki =
    from_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004" + kX + kY).value();

struct Fixture : AdministrationFixture {
  CredentialRecord store(const User& user, const std::string& id = "credential") {
    auto credential = make_credential(user, id);
    credential.public_key = kCose;
    write([&](WriteTransaction& t) { REQUIRE(t.insert_credential(credential)); });
    return credential;
  }
  std::optional<CredentialRecord> stored(const CredentialRecord& credential) {
    return seen([&](auto& t) { return t.credential(credential.id); });
  }
  CredentialRegistry registry{administration};
};

}  // namespace

TEST_SUITE("core/administration/credential_registry") {
  TEST_CASE("a credential asked for under a user is theirs and not withdrawn, or none") {
    Fixture f;
    auto credential = f.store(f.lee);
    CHECK(f.registry.show_of(ref(f.lee), credential.id) == credential);
    CHECK(code_of(f.registry.show_of(ref(f.max), credential.id)) == ErrorCode::kCredentialUnknown);
    CHECK(code_of(f.registry.remove_of(ref(f.max), credential.id)) ==
          ErrorCode::kCredentialUnknown);
    credential.withdrawn_at = f.clock.wall();
    f.write([&](WriteTransaction& t) { t.update_credential(credential); });
    CHECK(code_of(f.registry.remove_of(ref(f.lee), credential.id)) ==
          ErrorCode::kCredentialUnknown);
    credential.withdrawn_at.reset();
    f.write([&](WriteTransaction& t) { t.update_credential(credential); });
    CHECK(f.registry.remove_of(ref(f.lee), credential.id).has_value());
    CHECK_FALSE(f.stored(credential));
  }

  TEST_CASE("a user's credentials are shown, each as it is stored") {
    Fixture f;
    const auto credential = f.store(f.lee);
    f.store(f.max, "another");
    CHECK(f.registry.list_of(ref(f.lee)).value() == std::vector{credential});
    CHECK(f.registry.show(credential.id).value() == credential);
    CHECK(code_of(f.registry.list_of({"nobody"})) == ErrorCode::kUserUnknown);
    CHECK(code_of(f.registry.show(bytes_of("none"))) == ErrorCode::kCredentialUnknown);
  }

  TEST_CASE("withdrawn credentials are in the whole list and not in their user's") {
    Fixture f;
    auto credential = f.store(f.lee);
    credential.withdrawn_at = f.clock.wall();
    f.write([&](WriteTransaction& t) { t.update_credential(credential); });
    CHECK(f.registry.list_of(ref(f.lee))->empty());
    CHECK(f.registry.list({}, 10).value() == std::vector{credential});
  }

  TEST_CASE("credentials are listed by id, a page at a time") {
    Fixture f;
    for (const auto* id : {"b", "a", "c"}) f.store(f.lee, id);
    const auto first = f.registry.list({}, 2);
    REQUIRE(first);
    REQUIRE(first->size() == 2);
    CHECK(first->front().id == bytes_of("a"));
    const auto second = f.registry.list(first->back().id, 2);
    REQUIRE(second);
    REQUIRE(second->size() == 1);
    CHECK(second->front().id == bytes_of("c"));
    CHECK(code_of(f.registry.list({}, 0)) == ErrorCode::kInvalidArgument);
    CHECK(code_of(f.registry.list({}, 1001)) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("a deleted credential is gone, and the trail says whose it was") {
    Fixture f;
    const auto credential = f.store(f.lee);
    REQUIRE(f.registry.remove(credential.id));
    CHECK_FALSE(f.stored(credential).has_value());
    const auto row = f.last_audit();
    CHECK(row.action == "credential.delete");
    CHECK(row.correlation == credential.correlation);
    CHECK(row.details.at("credentialId") == to_base64url(credential.id));
    CHECK(row.details.at("userId") == f.lee.id.text());
    CHECK(code_of(f.registry.remove(credential.id)) == ErrorCode::kCredentialUnknown);
  }

  TEST_CASE("deleting a credential gives its open session the place back") {
    Fixture f;
    const auto id = f.open_session();
    auto credential = make_credential(f.lee);
    credential.session = id;
    f.write([&](WriteTransaction& t) {
      REQUIRE(t.insert_credential(credential));
      auto session = t.session(id).value();
      session.credentials = 1;
      t.update_session(session);
    });
    REQUIRE(f.registry.remove(credential.id));
    CHECK(f.session(id).credentials == 0);
    CHECK(f.session(id).state == SessionState::kOpen);
  }

  TEST_CASE("a withdrawn credential has given its place back before") {
    Fixture f;
    const auto id = f.open_session();
    auto credential = make_credential(f.lee);
    credential.session = id;
    credential.withdrawn_at = f.clock.wall();
    f.write([&](WriteTransaction& t) { REQUIRE(t.insert_credential(credential)); });
    REQUIRE(f.registry.remove(credential.id));
    CHECK(f.session(id).credentials == 0);
  }

  TEST_CASE("an export holds what another server needs, and leaves a row") {
    Fixture f;
    const auto credential = f.store(f.lee);
    const auto text = f.registry.export_json(credential.id);
    REQUIRE(text);
    const boost::json::object expected{
        {"id", to_base64url(credential.id)},
        {"type", "public-key"},
        {"displayName", "My key"},
        {"rp", {{"id", "example.org"}, {"name", "Example"}}},
        {"user",
         {{"id", to_base64url(f.lee.handle)},
          {"name", "lee@example.org"},
          {"displayName", "The person lee"}}},
        {"publicKeyCose", to_base64url(kCose)},
        {"publicKey", to_base64url(kSpki)},
        {"publicKeyAlgorithm", -7},
        {"signCount", 4'000'000'000U},
        {"aaGuid", "61616775-6964-0000-0000-000000000000"},
        {"transports", {"nfc", "usb"}},
        {"uvInitialized", true},
        {"backupEligible", false},
        {"backupState", false},
        {"isDiscoverable", true},
        {"isSimulated", false},
        {"attestationFormat", "packed"},
        {"attestationLevel", "attested"},
        {"attestationObject", to_base64url(bytes_of("attestation"))},
        {"clientDataJSON", to_base64url(bytes_of("{}"))},
        {"createdDateTime", "2026-05-01T12:00:00Z"},
        {"provenDateTime", nullptr},
        {"withdrawnDateTime", nullptr},
    };
    CHECK((boost::json::parse(text.value()) == expected));
    CHECK(f.last_audit().action == "credential.export");
  }

  TEST_CASE("a stored key that cannot be read is told, not exported") {
    Fixture f;
    auto credential = f.store(f.lee);
    credential.public_key.pop_back();
    f.write([&](WriteTransaction& t) { t.update_credential(credential); });
    CHECK(code_of(f.registry.export_json(credential.id)) == ErrorCode::kStoreDamaged);
  }

  TEST_CASE("credentials of administrators are the privileged administrator's") {
    Fixture f;
    const auto members = f.store(f.lee, "members");
    const auto administrators = f.store(f.max, "administrators");
    f.holding({Role::kAuthenticationAdministrator});
    CHECK(f.registry.list({}, 10).value() == std::vector{members});
    for (const auto code : {code_of(f.registry.list_of(ref(f.max))),
                            code_of(f.registry.show(administrators.id)),
                            code_of(f.registry.export_json(administrators.id)),
                            code_of(f.registry.remove(administrators.id))}) {
      CHECK(code == ErrorCode::kAdministratorsNeedPrivilegedRole);
    }
    f.holding({Role::kPrivilegedAuthenticationAdministrator});
    CHECK(f.registry.list({}, 10)->size() == 2);
    CHECK(f.registry.remove(administrators.id).has_value());
  }

  TEST_CASE("a reader sees and exports credentials, and deletes none") {
    Fixture f;
    const auto credential = f.store(f.lee);
    f.holding({Role::kGlobalReader});
    CHECK(f.registry.show(credential.id).has_value());
    CHECK(f.registry.export_json(credential.id).has_value());
    CHECK(code_of(f.registry.remove(credential.id)) == ErrorCode::kRoleMissing);
    CHECK(f.stored(credential).has_value());
  }

  TEST_CASE("a user without a role sees their own credentials, and learns of no others") {
    Fixture f;
    const auto own = f.store(f.lee, "own");
    const auto foreign = f.store(f.max, "foreign");
    f.edit_settings([&](Settings& settings) { settings.owner = f.lee.id; });
    CHECK(f.registry.list_of(ref(f.lee)).value() == std::vector{own});
    CHECK(f.registry.show(own.id).has_value());
    CHECK(code_of(f.registry.show(foreign.id)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.registry.show(bytes_of("none"))) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.registry.list({}, 10)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.registry.remove(own.id)) == ErrorCode::kRoleMissing);
  }
}
