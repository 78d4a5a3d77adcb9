// The verifier from the first redemption to the last look, over every store.

#include "core/local_verifier.h"

#include <doctest/doctest.h>

#include "core/administration/pass_issuer.h"
#include "core/webauthn/json.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::PolicyState;
using firstkey::core::ReadTransaction;
using firstkey::core::Secret;
using firstkey::core::SessionState;
using firstkey::core::Settings;
using firstkey::core::webauthn::parse_creation_options;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

#define VERIFIERS OVER_VERIFIERS(VerifierFixture)

namespace {

/// A one-time pass for Lee, by the administration.
template <class Fixture>
firstkey::core::IssuedPass issue_to_lee(Fixture& f) {
  f.edit_user(make_user("ana"), [](auto& user) {
    user.roles = {firstkey::core::Role::kPrivilegedAuthenticationAdministrator};
  });
  firstkey::core::Administration administration(f.store(), firstkey::core::Account{.uid = 1000});
  firstkey::core::PassIssuer issuer(administration, f.random, f.pepper, f.hasher);
  auto issued = issuer.issue({.user = {f.lee.name}, .is_one_time = true});
  REQUIRE(issued);
  return std::move(issued.value());
}

}  // namespace

TEST_SUITE("core/local_verifier") {
  TEST_CASE_TEMPLATE("a pass becomes a stored and proven credential", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    TestAuthenticator key;
    const auto receipt = f.stored(ticket, key);
    CHECK(receipt.credential_id == key.id);
    CHECK(receipt.needs_proof);
    CHECK(receipt.session.unproven == std::vector<Bytes>{key.id});
    CHECK_FALSE(f.record(key.id)->is_proven());
    const auto proof = f.prove(ticket, key);
    REQUIRE(proof);
    CHECK(proof->session.unproven.empty());
    CHECK(f.record(key.id)->proven_at == f.clock.wall());
    CHECK(f.verifier.finish(ticket)->state == SessionState::kCompleted);
    CHECK(f.store().check());
  }

  TEST_CASE_TEMPLATE("creation options are what the policies demand", Fixture, VERIFIERS) {
    using namespace firstkey::core::webauthn;  // NOLINT(google-build-using-namespace)
    Fixture f;
    const auto issued = f.options(f.open_one_time());
    const auto options = parse_creation_options(issued.json).value();
    CHECK(options.rp == RelyingPartyEntity{.id = "example.org", .name = "Example"});
    CHECK(options.user.id == f.lee.handle);
    CHECK(options.user.name == "lee@example.org");
    CHECK(options.challenge.size() == 32);
    CHECK(options.algorithms ==
          std::vector{Algorithm::kEs256, Algorithm::kEddsa, Algorithm::kRs256});
    CHECK(options.resident_key == ResidentKeyRequirement::kRequired);
    CHECK(options.user_verification == UserVerificationRequirement::kRequired);
    CHECK(options.attestation == AttestationConveyance::kDirect);
    CHECK(options.extensions.cred_props);
    CHECK(options.extensions.credential_protection ==
          CredentialProtection::kUserVerificationRequired);
    CHECK(options.exclude_credentials.empty());
    CHECK(issued.origin == "https://example.org");
  }

  TEST_CASE_TEMPLATE("a milder key policy asks for less", Fixture, VERIFIERS) {
    using namespace firstkey::core::webauthn;  // NOLINT(google-build-using-namespace)
    Fixture f;
    f.edit_settings([](Settings& s) {
      s.key_policy.requires_resident_key = false;
      s.key_policy.requires_user_verification = false;
      s.key_policy.algorithms = {-8};
    });
    const auto options = parse_creation_options(f.options(f.open_one_time()).json).value();
    CHECK(options.resident_key == ResidentKeyRequirement::kPreferred);
    CHECK(options.user_verification == UserVerificationRequirement::kPreferred);
    CHECK(options.algorithms == std::vector{Algorithm::kEddsa});
    CHECK_FALSE(options.extensions.credential_protection);
  }

  TEST_CASE_TEMPLATE(
      "each challenge is fresh, and ends with its time or the window", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const auto first = f.options(ticket);
    const auto second = f.options(ticket);
    CHECK(parse_creation_options(first.json)->challenge !=
          parse_creation_options(second.json)->challenge);
    CHECK(first.expires_at == first.server_now + minutes(5));
    CHECK(parse_creation_options(first.json)->timeout == minutes(5));
    f.clock.advance(minutes(7));
    const auto late = f.options(ticket);
    CHECK(late.expires_at == late.server_now + minutes(3));
    CHECK(parse_creation_options(late.json)->timeout == minutes(3));
  }

  TEST_CASE_TEMPLATE("what a user's keys hold already is excluded", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    const TestAuthenticator key;
    f.stored(ticket, key);
    const auto excluded = parse_creation_options(f.options(ticket).json)->exclude_credentials;
    REQUIRE(excluded.size() == 1);
    CHECK(excluded.front().id == key.id);
    CHECK(excluded.front().transports == std::vector<std::string>{"usb"});
    REQUIRE(f.verifier.withdraw(ticket, key.id));
    CHECK(parse_creation_options(f.options(ticket).json)->exclude_credentials.empty());
  }

  TEST_CASE_TEMPLATE("a session gives out options while it may store", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    f.stored(ticket, TestAuthenticator("first"));
    f.stored(ticket, TestAuthenticator("second"));
    CHECK(refusal(f.verifier.creation_options(ticket)) == ErrorCode::kTooManyCredentials);
    REQUIRE(f.verifier.withdraw(ticket, TestAuthenticator("second").id));
    CHECK(f.verifier.creation_options(ticket));
  }

  TEST_CASE_TEMPLATE("nobody gets options who may not register", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    CHECK(refusal(f.verifier.creation_options(EnrollmentFixture::ticket(ticket.session, "desk"))) ==
          ErrorCode::kSessionUnknown);
    f.edit_settings([](Settings& s) { s.key_policy.state = PolicyState::kDisabled; });
    CHECK(refusal(f.verifier.creation_options(ticket)) == ErrorCode::kKeyNotAllowed);
    f.clock.advance(minutes(10));
    CHECK(refusal(f.verifier.creation_options(ticket)) == ErrorCode::kWindowOver);
  }

  TEST_CASE_TEMPLATE("challenges are swept after a day", Fixture, VERIFIERS) {
    for (const auto& [after, is_swept] :
         {std::pair{microseconds(-1), false}, {microseconds(0), false}, {microseconds(1), true}}) {
      Fixture f;
      const auto old = parse_creation_options(f.options(f.open(f.lee)).json)->challenge;
      f.clock.advance(hours(24) + after);
      f.options(f.open(f.max));
      const auto kept = f.seen([&](ReadTransaction& t) { return t.challenge(old); });
      CHECK(kept.has_value() != is_swept);
    }
  }

  TEST_CASE_TEMPLATE(
      "finishing without a credential cancels, and ending twice is once", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    CHECK(f.verifier.finish(ticket)->state == SessionState::kCancelled);
    CHECK(f.last_audit().action == "session.cancel");
    const auto rows = f.audit().size();
    f.clock.advance(minutes(20));
    CHECK(f.verifier.finish(ticket)->state == SessionState::kCancelled);
    CHECK(f.audit().size() == rows);
  }

  TEST_CASE_TEMPLATE(
      "finishing with one credential unproven withdraws it and cancels", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    TestAuthenticator first("first");
    const TestAuthenticator second("second");
    f.stored(ticket, first);
    REQUIRE(f.prove(ticket, first));
    f.stored(ticket, second);
    CHECK(f.verifier.finish(ticket)->state == SessionState::kCancelled);
    CHECK_FALSE(f.record(first.id)->withdrawn_at);
    CHECK(f.record(second.id)->withdrawn_at);
  }

  TEST_CASE_TEMPLATE("finishing a session that is over finds it over", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    f.clock.advance(minutes(10));
    CHECK(f.verifier.finish(ticket)->state == SessionState::kExpired);
  }

  TEST_CASE_TEMPLATE("a look tells where the session stands", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    f.clock.advance(minutes(1));
    const auto snapshot = f.verifier.snapshot(ticket).value();
    CHECK(snapshot.session == ticket.session);
    CHECK(snapshot.user_name == "lee@example.org");
    CHECK(snapshot.expires_at - snapshot.server_now == minutes(9));
    CHECK(snapshot.credentials_left == 2);
    CHECK(refusal(f.verifier.snapshot(EnrollmentFixture::ticket(ticket.session, "desk"))) ==
          ErrorCode::kSessionUnknown);
  }

  TEST_CASE_TEMPLATE("a station that restarted goes on where it was", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    TestAuthenticator key;
    f.stored(ticket, key);
    const auto resumed = f.verifier.resume(
        {.ticket = EnrollmentFixture::ticket(ticket.session),
         .passcode = firstkey::core::Secret(firstkey::core::as_bytes(kPasscode))});
    REQUIRE(resumed);
    CHECK(resumed->snapshot().unproven == std::vector<Bytes>{key.id});
    CHECK(f.prove(ticket, key));
  }

  TEST_CASE_TEMPLATE("the tick keeps the time while a session is open", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    f.clock.advance(minutes(4));
    REQUIRE(f.verifier.tick());
    f.clock.reboot(seconds(10));
    f.clock.set_wall_by(-minutes(3));  // behind the tick, ahead of the redemption
    CHECK(refusal(f.verifier.creation_options(ticket)) == ErrorCode::kClockUncertain);
  }

  TEST_CASE_TEMPLATE(
      "the tick ends what is over, and writes nothing when all is ended", Fixture, VERIFIERS) {
    Fixture f;
    const auto ticket = f.open_one_time();
    f.clock.advance(minutes(10));
    REQUIRE(f.verifier.tick());
    CHECK(f.session(ticket).state == SessionState::kExpired);
    const auto mark = f.seen([](ReadTransaction& t) { return t.clock().now; });
    f.clock.advance(minutes(5));
    REQUIRE(f.verifier.tick());
    f.clock.reboot(seconds(1));
    f.clock.set_wall_by(-minutes(10));
    CHECK(f.seen([](ReadTransaction& t) { return t.clock().now; }) == mark);
  }

  TEST_CASE_TEMPLATE(
      "one correlation id runs from the pass to the proven credential", Fixture, VERIFIERS) {
    Fixture f;
    const auto issued = issue_to_lee(f);
    const auto redeemed =
        f.verifier.redeem({.user_name = f.lee.name,
                           .passcode = Secret(issued.passcode.expose()),  // a test's passcode
                           .station = firstkey::core::StationId("kiosk"),
                           .session_secret = EnrollmentFixture::secret_of("secret")});
    REQUIRE(redeemed);
    const auto ticket = EnrollmentFixture::ticket(redeemed->snapshot().session);
    TestAuthenticator key;
    f.stored(ticket, key);
    REQUIRE(f.prove(ticket, key));
    REQUIRE(f.verifier.finish(ticket));
    std::vector<std::string> actions;
    for (const auto& row : f.audit()) {
      CHECK(row.correlation == issued.pass.correlation);
      CHECK(row.outcome == "success");
      actions.push_back(row.action);
    }
    CHECK(actions == std::vector<std::string>{"pass.issue",
                                              "pass.redeem",
                                              "credential.register",
                                              "credential.prove",
                                              "session.complete"});
    CHECK(f.record(key.id)->correlation == issued.pass.correlation);
    CHECK(f.store().check());
  }
}
