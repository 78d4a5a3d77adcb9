// Every condition of the commit (core/README.md, "The commit"), over every store.

#include <algorithm>

#include <doctest/doctest.h>

#include "core/webauthn/json.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::AttestationEnforcement;
using firstkey::core::AttestationLevel;
using firstkey::core::Bytes;
using firstkey::core::ChallengePurpose;
using firstkey::core::Duration;
using firstkey::core::ErrorCode;
using firstkey::core::PolicyState;
using firstkey::core::ReadTransaction;
using firstkey::core::SessionState;
using firstkey::core::Settings;
using firstkey::core::Target;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

#define VERIFIERS VerifierFixture<MemoryFixture>, VerifierFixture<SqliteFixture>

namespace {

/// What may happen between the options and the commit, and how the commit ends then.
template <class Fixture>
struct Event {
  const char* name;
  void (*happens)(Fixture&);
  ErrorCode code;
};

template <class Fixture>
std::vector<Event<Fixture>> events() {
  return {
      {"the pass is deleted", [](Fixture& f) { f.delete_pass_of(f.lee); }, ErrorCode::kPassUnknown},
      {"the user is disabled",
       [](Fixture& f) { f.edit_user(f.lee, [](auto& user) { user.is_enabled = false; }); },
       ErrorCode::kUserDisabled},
      {"the user leaves the group that is let in",
       [](Fixture& f) {
         f.edit_settings([](Settings& s) {
           s.pass_policy.include_targets = {{.kind = Target::Kind::kGroup, .id = "newcomers"}};
         });
         f.edit_user(f.lee, [](auto& user) { user.groups = {"berlin"}; });
       },
       ErrorCode::kUserOutOfScope},
      {"passes are turned off",
       [](Fixture& f) {
         f.edit_settings([](Settings& s) { s.pass_policy.state = PolicyState::kDisabled; });
       },
       ErrorCode::kPassDisabledByPolicy},
      {"keys are turned off",
       [](Fixture& f) {
         f.edit_settings([](Settings& s) { s.key_policy.state = PolicyState::kDisabled; });
       },
       ErrorCode::kKeyNotAllowed},
      {"another algorithm is demanded",
       [](Fixture& f) { f.edit_settings([](Settings& s) { s.key_policy.algorithms = {-8}; }); },
       ErrorCode::kKeyNotAllowed},
      {"attestation is enforced",
       [](Fixture& f) {
         f.edit_settings(
             [](Settings& s) { s.key_policy.attestation = AttestationEnforcement::kEnforced; });
       },
       ErrorCode::kKeyNotAllowed},
      {"the relying party moves to another origin",
       [](Fixture& f) {
         f.edit_settings(
             [](Settings& s) { s.relying_party.origins = {"https://new.example.org"}; });
       },
       ErrorCode::kRegistrationInvalid},
      {"the session is allowed no more credentials",
       [](Fixture& f) {
         f.write([&](WriteTransaction& t) {
           auto session = t.open_sessions_of(f.lee.id).front();
           session.credentials = 2;
           t.update_session(session);
         });
       },
       ErrorCode::kTooManyCredentials},
      {"the window ends", [](Fixture& f) { f.clock.advance(minutes(10)); }, ErrorCode::kWindowOver},
      {"the machine reboots into the past",
       [](Fixture& f) {
         f.clock.advance(minutes(1));
         f.write([](WriteTransaction&) {});
         f.clock.reboot(seconds(30));
         f.clock.set_wall_by(-minutes(5));
       },
       ErrorCode::kClockUncertain},
      {"somebody else registers the id",
       [](Fixture& f) {
         f.write([&](WriteTransaction& t) {
           auto credential = make_credential(f.max);
           credential.id = TestAuthenticator().id;
           REQUIRE(t.insert_credential(credential));
         });
       },
       ErrorCode::kCredentialExists},
  };
}

/// That nothing of Lee's was stored, and the trail says why not.
template <class Fixture>
void check_refused(Fixture& f, ErrorCode code) {
  CHECK(f.seen([&](ReadTransaction& t) { return t.credentials_of(f.lee.id); }).empty());
  const auto row = f.last_audit();
  CHECK(row.action == "credential.register");
  CHECK(row.outcome == to_string(code));
  CHECK(row.correlation.text() == "correlation-user-lee");
  CHECK(f.store().check());
}

}  // namespace

TEST_SUITE("core/local_verifier_registration") {
  TEST_CASE_TEMPLATE("what happens after the options counts at the commit", Fixture, VERIFIERS) {
    for (const auto& event : events<Fixture>()) {
      CAPTURE(event.name);
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto response = f.response(ticket, TestAuthenticator());
      event.happens(f);
      CHECK(refusal(f.verifier.submit_registration(ticket, response)) == event.code);
      check_refused(f, event.code);
    }
  }

  TEST_CASE_TEMPLATE("what happens while the response is judged counts too", Fixture, VERIFIERS) {
    for (const auto& event : events<Fixture>()) {
      CAPTURE(event.name);
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto response = f.response(ticket, TestAuthenticator());
      CHECK(refusal(f.submit_while(ticket, response, [&] { event.happens(f); })) == event.code);
      check_refused(f, event.code);
    }
  }

  TEST_CASE_TEMPLATE(
      "a policy that grew milder meanwhile lets the response in", Fixture, VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) { s.key_policy.algorithms = {-8}; });
    const auto ticket = f.open_one_time();
    const auto response = f.response(ticket, TestAuthenticator());
    CHECK(f.submit_while(ticket, response, [&] {
      f.edit_settings([](Settings& s) { s.key_policy.algorithms = {-7}; });
    }));
  }

  TEST_CASE_TEMPLATE("a root that is trusted meanwhile attests the key", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator key;
    key.statement = TestAuthenticator::Statement::kCertified;
    const auto ticket = f.open_one_time();
    const auto receipt = f.submit_while(ticket, f.response(ticket, key), [&] {
      f.edit_settings(
          [&](Settings& s) { s.trust_roots = {{.id = "r", .der = key.certificate()}}; });
    });
    REQUIRE(receipt);
    CHECK(receipt->attestation_level == AttestationLevel::kAttested);
  }

  TEST_CASE_TEMPLATE("the window closes at ten minutes, to the microsecond", Fixture, VERIFIERS) {
    for (const auto& [after, code] : {std::pair{microseconds(-1), std::optional<ErrorCode>()},
                                      {microseconds(0), ErrorCode::kWindowOver},
                                      {microseconds(1), ErrorCode::kWindowOver}}) {
      CAPTURE(after.count());
      Fixture f;
      const auto ticket = f.open_one_time();
      f.clock.advance(minutes(9));
      const auto response = f.response(ticket, TestAuthenticator());
      f.clock.advance(minutes(1) + after);
      CHECK(refusal(f.verifier.submit_registration(ticket, response)) == code);
    }
  }

  TEST_CASE_TEMPLATE("the window closes with the pass, to the microsecond", Fixture, VERIFIERS) {
    for (const auto& [after, code] : {std::pair{microseconds(-1), std::optional<ErrorCode>()},
                                      {microseconds(0), ErrorCode::kWindowOver},
                                      {microseconds(1), ErrorCode::kWindowOver}}) {
      CAPTURE(after.count());
      Fixture f;
      const auto ticket = f.open(f.lee, {.age_of_pass = minutes(57)});
      const auto response = f.response(ticket, TestAuthenticator());
      f.clock.advance(minutes(3) + after);
      CHECK(refusal(f.verifier.submit_registration(ticket, response)) == code);
    }
  }

  TEST_CASE_TEMPLATE("setting the clock back does not keep the window open", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    f.clock.advance(minutes(9));
    const auto response = f.response(ticket, TestAuthenticator());
    f.clock.set_wall_by(-hours(1));
    f.clock.advance(minutes(1));
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) == ErrorCode::kWindowOver);
  }

  TEST_CASE_TEMPLATE(
      "a challenge is good for five minutes, to the microsecond", Fixture, VERIFIERS) {
    for (const auto& [after, code] : {std::pair{microseconds(-1), std::optional<ErrorCode>()},
                                      {microseconds(0), ErrorCode::kChallengeExpired},
                                      {microseconds(1), ErrorCode::kChallengeExpired}}) {
      CAPTURE(after.count());
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto response = f.response(ticket, TestAuthenticator());
      f.clock.advance(minutes(5) + after);
      CHECK(refusal(f.verifier.submit_registration(ticket, response)) == code);
    }
  }

  TEST_CASE_TEMPLATE("a challenge of another session is unknown in this one", Fixture, VERIFIERS) {
    Fixture f;
    const auto of_lee = f.open(f.lee);
    const auto of_max = f.open(f.max);
    const auto response = f.response(of_max, TestAuthenticator());
    CHECK(refusal(f.verifier.submit_registration(of_lee, response)) ==
          ErrorCode::kChallengeUnknown);
    check_refused(f, ErrorCode::kChallengeUnknown);
    CHECK(f.verifier.submit_registration(of_max, response));
  }

  TEST_CASE_TEMPLATE("a challenge nobody gave out is unknown", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    auto options = f.options(ticket);
    auto creation = firstkey::core::webauthn::parse_creation_options(options.json).value();
    creation.challenge = Bytes(32, 1);
    options.json = to_json(creation);
    CHECK(refusal(f.verifier.submit_registration(ticket, TestAuthenticator().make(options))) ==
          ErrorCode::kChallengeUnknown);
  }

  TEST_CASE_TEMPLATE("a proof's challenge registers nothing", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    TestAuthenticator first;
    f.stored(ticket, first);
    auto options = f.options(ticket);
    auto creation = firstkey::core::webauthn::parse_creation_options(options.json).value();
    creation.challenge =
        firstkey::core::webauthn::parse_request_options(f.proof_options(ticket, first).json)
            ->challenge;
    options.json = to_json(creation);
    const TestAuthenticator second("second key");
    CHECK(refusal(f.verifier.submit_registration(ticket, second.make(options))) ==
          ErrorCode::kChallengeUnknown);
    CHECK_FALSE(f.record(second.id));
  }

  TEST_CASE_TEMPLATE("a challenge registers one response and no other", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto options = f.options(ticket);
    CHECK(f.verifier.submit_registration(ticket, TestAuthenticator("a key").make(options)));
    const TestAuthenticator other("another key");
    CHECK(refusal(f.verifier.submit_registration(ticket, other.make(options))) ==
          ErrorCode::kChallengeUsed);
    CHECK_FALSE(f.record(other.id));
  }

  TEST_CASE_TEMPLATE(
      "a refused response leaves its challenge to a better one", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto options = f.options(ticket);
    TestAuthenticator key;
    key.is_user_verified = false;
    CHECK_FALSE(f.verifier.submit_registration(ticket, key.make(options)));
    key.is_user_verified = true;
    CHECK(f.verifier.submit_registration(ticket, key.make(options)));
  }

  TEST_CASE_TEMPLATE(
      "the same response gets the same receipt, whatever happened", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    TestAuthenticator key;
    key.statement = TestAuthenticator::Statement::kCertified;
    f.edit_settings([&](Settings& s) { s.trust_roots = {{.id = "r", .der = key.certificate()}}; });
    const auto response = f.response(ticket, key);
    const auto first = f.verifier.submit_registration(ticket, response).value();
    REQUIRE(f.prove(ticket, key));
    f.stored(ticket, TestAuthenticator("second key"));
    f.edit_settings([](Settings& s) { s.trust_roots.clear(); });
    for (const auto later : {minutes(0), minutes(11), minutes(120)}) {
      f.clock.advance(later);
      (void)f.verifier.snapshot(ticket);
      const auto rows = f.audit().size();
      const auto again = f.verifier.submit_registration(ticket, response);
      REQUIRE(again);
      CHECK(again->credential_id == first.credential_id);
      CHECK(again->aaguid == first.aaguid);
      CHECK(again->attestation_format == first.attestation_format);
      CHECK(again->attestation_level == first.attestation_level);
      CHECK(again->trust_root == first.trust_root);
      CHECK(f.audit().size() == rows);
    }
  }

  TEST_CASE_TEMPLATE(
      "a lost answer is given again and nothing is stored twice", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto response = f.response(ticket, TestAuthenticator());
    InterruptedStore flaky(f.store());
    flaky.lose_answer_of(1);
    firstkey::core::RegistrationDesk desk(flaky, f.random);
    CHECK(refusal(desk.submit(ticket, response)) == ErrorCode::kOutcomeUnknown);
    const auto again = desk.submit(ticket, response);
    REQUIRE(again);
    CHECK(again->needs_proof);
    CHECK(f.session(ticket).credentials == 1);
  }

  TEST_CASE_TEMPLATE("a response whose credential was withdrawn is told so", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const TestAuthenticator key;
    const auto response = f.response(ticket, key);
    REQUIRE(f.verifier.submit_registration(ticket, response));
    REQUIRE(f.verifier.withdraw(ticket, key.id));
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) ==
          ErrorCode::kCredentialUnknown);
  }

  TEST_CASE_TEMPLATE(
      "a credential id is never taken twice, nor after withdrawal", Fixture, VERIFIERS) {
    Fixture f;
    const auto of_max = f.open(f.max);
    const TestAuthenticator key;
    f.stored(of_max, key);
    const auto ticket = f.open(f.lee);
    CHECK(refusal(f.enroll(ticket, key)) == ErrorCode::kCredentialExists);
    REQUIRE(f.verifier.withdraw(of_max, key.id));
    const auto response = f.response(ticket, key);
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) ==
          ErrorCode::kCredentialExists);
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) ==
          ErrorCode::kCredentialExists);
    CHECK(f.record(key.id)->user == f.max.id);
  }

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

  TEST_CASE_TEMPLATE("a session ended elsewhere registers nothing", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto response = f.response(ticket, TestAuthenticator());
    REQUIRE(f.verifier.finish(ticket));
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) == ErrorCode::kSessionEnded);
    check_refused(f, ErrorCode::kSessionEnded);
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

  TEST_CASE_TEMPLATE(
      "a simulated session needs a policy that lets it, at the commit", Fixture, VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) { s.key_policy.allows_simulators = true; });
    const auto ticket = f.open(f.lee, {.is_simulated = true});
    const auto response = f.response(ticket, TestAuthenticator());
    f.edit_settings([](Settings& s) { s.key_policy.allows_simulators = false; });
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) ==
          ErrorCode::kSimulatorNotAllowed);
    CHECK(refusal(f.verifier.creation_options(ticket)) == ErrorCode::kSimulatorNotAllowed);
  }
}
