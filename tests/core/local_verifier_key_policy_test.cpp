// Whose keys, and which, the key policy takes: at the registration, at its commit and at the proof.

#include <doctest/doctest.h>

#include "core/aaguid.h"
#include "core/webauthn/json.h"
#include "tests/support/imported_metadata.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::AttestationEnforcement;
using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::KeyPolicy;
using firstkey::core::KeyRestrictions;
using firstkey::core::PasskeyProfile;
using firstkey::core::Settings;
using firstkey::core::Target;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

#define VERIFIERS VerifierFixture<MemoryFixture>, VerifierFixture<SqliteFixture>

namespace {

constexpr const char* kStaff = "6f1967b7-15e8-4935-ac26-d50770ed07a7";
using Models = std::vector<Bytes>;
using Statement = TestAuthenticator::Statement;

KeyRestrictions only(const Bytes& aaguid) {
  return {.is_enforced = true, .type = KeyRestrictions::Type::kAllow, .aaguids = {aaguid}};
}
KeyRestrictions all_but(const Bytes& aaguid) {
  return {.is_enforced = true, .type = KeyRestrictions::Type::kBlock, .aaguids = {aaguid}};
}

template <class Fixture, class Edit>
void edit_policy(Fixture& f, const Edit& edit) {
  f.edit_settings([&](Settings& s) { edit(s.key_policy); });
}
template <class Fixture>
void restrict_to(Fixture& f, const Bytes& aaguid) {
  edit_policy(f, [&](KeyPolicy& p) { p.profiles.front().restrictions = only(aaguid); });
}
/// Lists the key's certificate for `aaguids`, none standing for any.
template <class Fixture>
void trust(Fixture& f, const TestAuthenticator& key, const Models& aaguids) {
  f.edit_settings([&](Settings& s) {
    s.trust_roots = {{.id = "r", .der = key.certificate(), .aaguids = aaguids}};
  });
}

}  // namespace

TEST_SUITE("core/local_verifier_key_policy") {
  TEST_CASE_TEMPLATE(
      "an allow list takes a proven model alone, whatever a key says", Fixture, VERIFIERS) {
    const Bytes other(16, 9);
    struct Case {
      const char* name;
      Statement statement;
      std::optional<Models> pinned;  ///< what the key's certificate is listed for
      const char* flaw;              ///< null: taken
    };
    const TestAuthenticator any;
    for (const auto& [name, statement, pinned, flaw] : {
             Case{"none", Statement::kNone, Models{any.aaguid}, "model_not_proven"},
             Case{"self", Statement::kSelf, Models{any.aaguid}, "model_not_proven"},
             Case{"no root", Statement::kCertified, std::nullopt, "model_not_proven"},
             Case{"a root of no model", Statement::kCertified, Models{}, "model_not_proven"},
             Case{"another model's root", Statement::kCertified, Models{other}, "model_not_proven"},
             Case{"its own root", Statement::kCertified, Models{any.aaguid}, nullptr},
             Case{"a root of both", Statement::kCertified, Models{other, any.aaguid}, nullptr},
         }) {
      CAPTURE(name);
      Fixture f;
      TestAuthenticator key;
      key.statement = statement;
      if (pinned) trust(f, key, pinned.value());
      restrict_to(f, key.aaguid);
      const auto receipt = f.enroll(f.open_one_time(), key);
      CHECK(receipt.has_value() == (flaw == nullptr));
      if (receipt) {
        CHECK(f.record(key.id)->is_model_proven);
        continue;
      }
      check_refused(f, ErrorCode::kKeyNotAllowed);
      CHECK(f.last_audit().details.at("check") == flaw);
    }
  }

  TEST_CASE_TEMPLATE("metadata proves a model by its own entry's roots", Fixture, VERIFIERS) {
    TestAuthenticator key;
    key.statement = Statement::kCertified;
    for (const auto& [aaguid, is_taken] : {std::pair{key.aaguid, true}, {Bytes(16, 9), false}}) {
      Fixture f;
      import(f,
             {.entries = {
                  {.aaguid = firstkey::core::aaguid_text(aaguid), .roots = {key.certificate()}}}});
      restrict_to(f, key.aaguid);
      CHECK(f.enroll(f.open_one_time(), key).has_value() == is_taken);
    }
  }

  TEST_CASE_TEMPLATE(
      "options ask for what a profile of the user needs, and for no more", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto options = [&] {
      return firstkey::core::webauthn::parse_creation_options(f.options(ticket).json).value();
    };
    using firstkey::core::webauthn::AttestationConveyance;
    edit_policy(f, [](KeyPolicy& p) {
      p.profiles.push_back({.id = kStaff,
                            .name = "Staff",
                            .features = {firstkey::core::KeyFeature::kHmacSecret},
                            .serials = {Bytes{1}}});
    });
    CHECK(options().attestation == AttestationConveyance::kDirect);
    CHECK_FALSE(options().extensions.hmac_create_secret);
    edit_policy(f, [](KeyPolicy& p) { p.include_targets.front().profiles.push_back(kStaff); });
    CHECK(options().attestation == AttestationConveyance::kEnterprise);
    CHECK(options().extensions.hmac_create_secret);
  }

  TEST_CASE_TEMPLATE("a requirement that is not met is in the trail", Fixture, VERIFIERS) {
    struct Case {
      const char* flaw;
      void (*require)(PasskeyProfile&, const Bytes&);
    };
    for (const auto& [flaw, require] :
         {Case{"resident_key_not_proven",
               [](PasskeyProfile& p, const Bytes&) {
                 p.features = {firstkey::core::KeyFeature::kResidentKey};
               }},
          Case{"firmware_unknown",
               [](PasskeyProfile& p, const Bytes& model) {
                 p.firmware_floors = {{.aaguid = model, .minimum = 1}};
               }},
          Case{"certification_unknown",
               [](PasskeyProfile& p, const Bytes&) {
                 p.certification_floor = firstkey::core::Certification::kAny;
               }},
          Case{"serial_unknown",
               [](PasskeyProfile& p, const Bytes&) { p.serials = {Bytes{1}}; }}}) {
      CAPTURE(flaw);
      Fixture f;
      const TestAuthenticator key;
      const auto edit = [&](KeyPolicy& p) { require(p.profiles.front(), key.aaguid); };
      edit_policy(f, edit);
      CHECK(refusal(f.enroll(f.open_one_time(), key)) == ErrorCode::kKeyNotAllowed);
      CHECK(f.last_audit().details.at("check") == flaw);
    }
  }

  TEST_CASE_TEMPLATE("who is refused is told what to ask for, staff why", Fixture, VERIFIERS) {
    Fixture f;
    const Bytes listed(16, 9);
    import(
        f,
        {.entries = {{.aaguid = firstkey::core::aaguid_text(listed), .description = "Good key"}}});
    restrict_to(f, listed);
    const auto refused = f.enroll(f.open_one_time(), TestAuthenticator());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail ==
          "this make of key is not on your organisation's list: ask for one of: Good key");
    CHECK(f.last_audit().details.at("passkeyProfiles") == "Default: model_not_listed");
  }

  TEST_CASE_TEMPLATE("any one profile of the user's is enough", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    edit_policy(f, [&](KeyPolicy& p) {
      p.profiles.front().attestation = AttestationEnforcement::kEnforced;
      p.profiles.push_back({.id = kStaff, .name = "Staff", .restrictions = all_but(Bytes(16, 9))});
      p.include_targets.push_back(
          {.whom = {.kind = Target::Kind::kGroup, .id = "berlin"}, .profiles = {kStaff}});
    });
    const auto ticket = f.open_one_time();
    const auto response = f.response(ticket, key);
    f.edit_user(f.lee, [](auto& user) { user.groups = {"oslo"}; });
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) == ErrorCode::kKeyNotAllowed);
    CHECK(f.last_audit().details.at("passkeyProfiles") == "Default: not_attested");
    f.edit_user(f.lee, [](auto& user) { user.groups = {"berlin"}; });
    CHECK(f.verifier.submit_registration(ticket, response));
    CHECK(f.last_audit().details.at("passkeyProfile") == "Staff");
  }

  TEST_CASE_TEMPLATE("no key is asked for from whom the policy leaves out", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto code = [&] { return refusal(f.verifier.creation_options(ticket)); };
    edit_policy(f, [](KeyPolicy& p) { p.allows_self_service = false; });
    CHECK(code() == ErrorCode::kKeyNotAllowed);
    edit_policy(f, [](KeyPolicy& p) {
      p.allows_self_service = true;
      p.exclude_targets = {{.kind = Target::Kind::kGroup, .id = "newcomers"}};
    });
    CHECK(code() == ErrorCode::kKeyNotAllowed);
    edit_policy(f, [](KeyPolicy& p) { p.exclude_targets.clear(); });
    CHECK_FALSE(code());
  }

  TEST_CASE_TEMPLATE("a root that is taken back meanwhile proves no model", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    key.statement = Statement::kCertified;
    trust(f, key, {key.aaguid});
    restrict_to(f, key.aaguid);
    const auto ticket = f.open_one_time();
    const auto receipt =
        f.submit_while(ticket, f.response(ticket, key), [&] { trust(f, key, {Bytes(16, 9)}); });
    CHECK(refusal(receipt) == ErrorCode::kKeyNotAllowed);
    CHECK_FALSE(f.record(key.id));
  }

  TEST_CASE_TEMPLATE("a model that is blocked meanwhile proves no credential", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    const auto ticket = f.open_one_time();
    f.stored(ticket, key);
    edit_policy(f, [&](KeyPolicy& p) { p.profiles.front().restrictions = all_but(key.aaguid); });
    CHECK(refusal(f.prove(ticket, key)) == ErrorCode::kKeyNotAllowed);
    CHECK(f.last_audit().action == "credential.prove");
    CHECK(f.last_audit().details.at("check") == "model_blocked");
    CHECK_FALSE(f.record(key.id)->is_proven());
    edit_policy(f, [](KeyPolicy& p) { p.profiles.front().restrictions = all_but(Bytes(16, 9)); });
    CHECK(f.prove(ticket, key));
  }

  TEST_CASE_TEMPLATE(
      "an allow list that comes meanwhile takes the proof of proven models", Fixture, VERIFIERS) {
    for (const bool is_pinned : {false, true}) {
      Fixture f;
      TestAuthenticator key;
      key.statement = Statement::kCertified;
      trust(f, key, is_pinned ? Models{key.aaguid} : Models());
      const auto ticket = f.open_one_time();
      f.stored(ticket, key);
      restrict_to(f, key.aaguid);
      CHECK(f.prove(ticket, key).has_value() == is_pinned);
    }
  }

  TEST_CASE_TEMPLATE("who is excluded meanwhile proves no credential", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    const auto ticket = f.open_one_time();
    f.stored(ticket, key);
    edit_policy(f, [](KeyPolicy& p) {
      p.exclude_targets = {{.kind = Target::Kind::kGroup, .id = "newcomers"}};
    });
    CHECK(refusal(f.prove(ticket, key)) == ErrorCode::kKeyNotAllowed);
  }
}
