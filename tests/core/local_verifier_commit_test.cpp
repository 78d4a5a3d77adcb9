// What happens between the options and the commit counts at the commit (core/README.md, "The
// commit"), over every store.

#include <doctest/doctest.h>

#include "tests/support/verifier_fixture.h"

using firstkey::core::AttestationEnforcement;
using firstkey::core::AttestationLevel;
using firstkey::core::ErrorCode;
using firstkey::core::PolicyState;
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
         f.edit_settings([](Settings& s) {
           s.key_policy.profiles.front().attestation = AttestationEnforcement::kEnforced;
         });
       },
       ErrorCode::kKeyNotAllowed},
      {"registering is left to administrators",
       [](Fixture& f) {
         f.edit_settings([](Settings& s) { s.key_policy.allows_self_service = false; });
       },
       ErrorCode::kKeyNotAllowed},
      {"the user leaves the group that keys are for",
       [](Fixture& f) {
         f.edit_settings(
             [](Settings& s) { s.key_policy.include_targets.front().whom.id = "newcomers"; });
         f.edit_user(f.lee, [](auto& user) { user.groups = {"berlin"}; });
       },
       ErrorCode::kKeyNotAllowed},
      {"the key's model is blocked",
       [](Fixture& f) {
         f.edit_settings([](Settings& s) {
           s.key_policy.profiles.front().restrictions = {.is_enforced = true,
                                                         .aaguids = {TestAuthenticator().aaguid}};
         });
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

}  // namespace

TEST_SUITE("core/local_verifier_commit") {
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

  TEST_CASE_TEMPLATE("a session ended elsewhere registers nothing", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto response = f.response(ticket, TestAuthenticator());
    REQUIRE(f.verifier.finish(ticket));
    CHECK(refusal(f.verifier.submit_registration(ticket, response)) == ErrorCode::kSessionEnded);
    check_refused(f, ErrorCode::kSessionEnded);
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
