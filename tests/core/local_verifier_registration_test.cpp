// What a response says decides, and what is kept of it (core/README.md, "The commit"), over every
// store.

#include <doctest/doctest.h>

#include "tests/support/verifier_fixture.h"

using firstkey::core::AttestationLevel;
using firstkey::core::ErrorCode;
using firstkey::core::SessionState;
using firstkey::core::Settings;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

#define VERIFIERS VerifierFixture<MemoryFixture>, VerifierFixture<SqliteFixture>

TEST_SUITE("core/local_verifier_registration") {
  TEST_CASE_TEMPLATE("a ticket of another station or secret leaves no trace", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto response = f.response(ticket, TestAuthenticator());
    const auto rows = f.audit().size();
    for (const auto& other : {EnrollmentFixture::ticket(ticket.session, "desk"),
                              EnrollmentFixture::ticket(ticket.session, "kiosk", "guess")}) {
      CHECK(refusal(f.verifier.submit_registration(other, response)) == ErrorCode::kSessionUnknown);
    }
    CHECK(f.audit().size() == rows);
    CHECK(f.verifier.submit_registration(ticket, response));
  }

  TEST_CASE_TEMPLATE("what a key says decides, check by check", Fixture, VERIFIERS) {
    using Key = TestAuthenticator;
    struct Case {
      const char* check;
      void (*set)(Key&);
      ErrorCode code;
    };
    for (const auto& [check, set, code] : {
             Case{"user_not_present",
                  [](Key& key) { key.is_user_present = false; },
                  ErrorCode::kRegistrationInvalid},
             Case{"user_not_verified",
                  [](Key& key) { key.is_user_verified = false; },
                  ErrorCode::kRegistrationInvalid},
             Case{"backup_eligible_not_allowed",
                  [](Key& key) { key.is_backup_eligible = true; },
                  ErrorCode::kKeyNotAllowed},
             Case{"resident_key",
                  [](Key& key) { key.is_resident = false; },
                  ErrorCode::kKeyNotAllowed},
             Case{"origin_not_allowed",
                  [](Key& key) { key.origin = "https://example.org.evil.org"; },
                  ErrorCode::kRegistrationInvalid},
             Case{"attestation_signature_invalid",
                  [](Key& key) { key.signs_wrongly = true; },
                  ErrorCode::kAttestationInvalid},
         }) {
      CAPTURE(check);
      Fixture f;
      const auto ticket = f.open_one_time();
      Key key;
      set(key);
      CHECK(refusal(f.enroll(ticket, key)) == code);
      check_refused(f, code);
      CHECK(f.last_audit().details.at("check") == check);
    }
  }

  TEST_CASE_TEMPLATE("a milder policy takes what the default refuses", Fixture, VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) {
      s.key_policy.requires_user_verification = false;
      s.key_policy.requires_resident_key = false;
      s.key_policy.allows_backup_eligible = true;
    });
    const auto ticket = f.open_one_time();
    TestAuthenticator key;
    key.is_user_verified = false;
    key.is_resident = false;
    key.is_backup_eligible = true;
    REQUIRE(f.enroll(ticket, key));
    const auto record = f.record(key.id).value();
    CHECK_FALSE(record.is_user_verified);
    CHECK_FALSE(record.is_discoverable);
    CHECK(record.is_backup_eligible);
  }

  TEST_CASE_TEMPLATE(
      "a text that is no response is refused and kept out of the trail", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    CHECK(refusal(f.verifier.submit_registration(ticket, "{\"id\":")) ==
          ErrorCode::kRegistrationInvalid);
    check_refused(f, ErrorCode::kRegistrationInvalid);
    CHECK(f.last_audit().details.at("check") == "json_malformed");
  }

  TEST_CASE_TEMPLATE("the statement decides how far a key is known", Fixture, VERIFIERS) {
    using Statement = TestAuthenticator::Statement;
    struct Case {
      Statement statement;
      bool is_listed;
      const char* format;
      AttestationLevel level;
      const char* root;
    };
    constexpr const char* kSubject = "CN=Test Key 1,OU=Authenticator Attestation,O=Test Keys,C=DE";
    for (const auto& [statement, is_listed, format, level, root] :
         {Case{Statement::kNone, true, "none", AttestationLevel::kNotAttested, ""},
          Case{Statement::kSelf, true, "packed", AttestationLevel::kNotAttested, ""},
          Case{Statement::kCertified, false, "packed", AttestationLevel::kNotAttested, ""},
          Case{Statement::kCertified, true, "packed", AttestationLevel::kAttested, kSubject}}) {
      Fixture f;
      TestAuthenticator key;
      key.statement = statement;
      f.edit_settings([&](Settings& s) {
        if (is_listed) s.trust_roots = {{.id = "r", .der = key.certificate()}};
      });
      const auto receipt = f.stored(f.open_one_time(), key);
      CHECK(receipt.attestation_format == format);
      CHECK(receipt.attestation_level == level);
      CHECK(receipt.trust_root == root);
      CHECK(f.record(key.id)->trust_root == root);
    }
  }

  TEST_CASE_TEMPLATE(
      "an unreadable root stops registering before it decides anything", Fixture, VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) { s.trust_roots = {{.id = "r", .der = {1, 2, 3}}}; });
    const auto ticket = f.open_one_time();
    CHECK(refusal(f.enroll(ticket, TestAuthenticator())) == ErrorCode::kStoreDamaged);
    CHECK(f.session(ticket).state == SessionState::kOpen);
  }

  TEST_CASE_TEMPLATE("the record and the trail say what was registered", Fixture, VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) { s.key_policy.allows_simulators = true; });
    const auto ticket = f.open(f.lee, {.is_simulated = true});
    const TestAuthenticator key;
    f.stored(ticket, key);
    const auto record = f.record(key.id).value();
    CHECK(record.user == f.lee.id);
    CHECK(record.session == ticket.session);
    CHECK(record.algorithm == -7);
    CHECK(record.sign_count == 7);
    CHECK(record.is_simulated);
    CHECK(record.is_discoverable);
    CHECK(record.transports == std::vector<std::string>{"usb"});
    const auto details = f.last_audit().details;
    CHECK(details.at("aaGuid") == "ee882879-721c-4913-9775-3dfcce97072a");
    CHECK(details.at("attestationLevel") == "notAttested");
    CHECK(details.at("isSimulated") == "true");
  }
}
