// Challenges, responses that come again and ids that are taken (core/README.md, "The commit"), over
// every store.

#include <doctest/doctest.h>

#include "core/webauthn/json.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::Settings;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::microseconds;
using std::chrono::minutes;

#define VERIFIERS OVER_VERIFIERS(VerifierFixture)

TEST_SUITE("core/local_verifier_challenge") {
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
}
