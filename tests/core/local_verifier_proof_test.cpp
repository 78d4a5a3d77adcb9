// Proving and withdrawing credentials, over every store.

#include <doctest/doctest.h>

#include "core/webauthn/json.h"
#include "tests/support/verifier_fixture.h"

using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::ProofRequirement;
using firstkey::core::SessionState;
using firstkey::core::Settings;
using firstkey::core::WriteTransaction;
using firstkey::core::webauthn::parse_request_options;
using firstkey::core::webauthn::UserVerificationRequirement;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

#define VERIFIERS OVER_VERIFIERS(ProofFixture)

namespace {

/// Lee has stored a credential with `key`, and is to prove it.
template <class StoreFixture>
struct ProofFixture : VerifierFixture<StoreFixture> {
  using Stores = StoreFixture;

  ProofFixture() { this->stored(ticket, key); }

  /// What the verifier says of a proof with `key` as it is now.
  std::optional<ErrorCode> proof_refusal() { return refusal(this->prove(ticket, key)); }
  /// That the credential is not proven, and the trail names the check.
  void check_refused(const char* check) {
    CHECK_FALSE(this->record(key.id)->is_proven());
    const auto row = this->last_audit();
    CHECK(row.action == "credential.prove");
    CHECK(row.outcome == "assertion_invalid");
    CHECK(row.details.at("check") == check);
  }

  TestAuthenticator key;
  firstkey::core::SessionTicket ticket = this->open_one_time();
};

}  // namespace

TEST_SUITE("core/local_verifier_proof") {
  TEST_CASE_TEMPLATE(
      "a proof is asked of one credential, with user verification", Fixture, VERIFIERS) {
    Fixture f;
    const auto issued = f.proof_options(f.ticket, f.key);
    const auto options = parse_request_options(issued.json).value();
    REQUIRE(options.allow_credentials.size() == 1);
    CHECK(options.allow_credentials.front().id == f.key.id);
    CHECK(options.allow_credentials.front().transports == std::vector<std::string>{"usb"});
    CHECK(options.user_verification == UserVerificationRequirement::kRequired);
    CHECK(options.rp_id == "example.org");
    CHECK(options.timeout == minutes(5));
    CHECK(issued.expires_at == f.clock.wall() + minutes(5));
    CHECK(issued.origin == "https://example.org");
  }

  TEST_CASE_TEMPLATE("a proof's challenge ends with the two minutes of grace", Fixture, VERIFIERS) {
    Fixture f;
    f.clock.advance(minutes(9));
    const auto issued = f.proof_options(f.ticket, f.key);
    CHECK(issued.expires_at == issued.server_now + minutes(3));
  }

  TEST_CASE_TEMPLATE("a proof is taken until two minutes after the window", Fixture, VERIFIERS) {
    for (const auto& [after, code] : {std::pair{microseconds(-1), std::optional<ErrorCode>()},
                                      {microseconds(0), ErrorCode::kWindowOver},
                                      {microseconds(1), ErrorCode::kWindowOver}}) {
      CAPTURE(after.count());
      Fixture f;
      f.clock.advance(minutes(11));
      const auto response = f.key.prove(f.proof_options(f.ticket, f.key));
      f.clock.advance(minutes(1) + after);
      CHECK(refusal(f.verifier.submit_proof(f.ticket, response)) == code);
      CHECK(f.record(f.key.id)->withdrawn_at.has_value() == code.has_value());
    }
  }

  TEST_CASE_TEMPLATE("after a proof in the grace the session ends completed", Fixture, VERIFIERS) {
    Fixture f;
    f.clock.advance(minutes(11));
    REQUIRE(f.prove(f.ticket, f.key));
    CHECK(f.verifier.finish(f.ticket)->state == SessionState::kCompleted);
    CHECK(f.last_audit().action == "session.complete");
  }

  TEST_CASE_TEMPLATE("a proof's challenge is good for five minutes", Fixture, VERIFIERS) {
    for (const auto& [after, code] : {std::pair{microseconds(-1), std::optional<ErrorCode>()},
                                      {microseconds(0), ErrorCode::kChallengeExpired},
                                      {microseconds(1), ErrorCode::kChallengeExpired}}) {
      CAPTURE(after.count());
      Fixture f;
      const auto response = f.key.prove(f.proof_options(f.ticket, f.key));
      f.clock.advance(minutes(5) + after);
      CHECK(refusal(f.verifier.submit_proof(f.ticket, response)) == code);
    }
  }

  TEST_CASE_TEMPLATE("who signed for whom is asked before any signature", Fixture, VERIFIERS) {
    Fixture f;
    f.key.other_credential = Bytes(32, 9);
    f.key.signs_wrongly = true;
    CHECK(f.proof_refusal() == ErrorCode::kAssertionInvalid);
    f.check_refused("credential_not_allowed");
    f.key.other_credential.reset();
    f.key.user_handle = f.max.handle;
    CHECK(f.proof_refusal() == ErrorCode::kAssertionInvalid);
    f.check_refused("user_handle_mismatch");
  }

  TEST_CASE_TEMPLATE("another's credential does not prove one's own", Fixture, VERIFIERS) {
    Fixture f;
    TestAuthenticator of_max("the key of Max");
    f.stored(f.open(f.max), of_max);
    const auto options = f.proof_options(f.ticket, f.key);
    CHECK(refusal(f.verifier.submit_proof(f.ticket, of_max.prove(options))) ==
          ErrorCode::kAssertionInvalid);
    f.check_refused("credential_not_allowed");
    CHECK_FALSE(f.record(of_max.id)->is_proven());
  }

  TEST_CASE_TEMPLATE("what a key says decides, check by check", Fixture, VERIFIERS) {
    using Key = TestAuthenticator;
    struct Case {
      const char* check;
      void (*set)(Key&);
    };
    for (const auto& [check, set] : {
             Case{"user_not_present", [](Key& key) { key.is_user_present = false; }},
             Case{"user_not_verified", [](Key& key) { key.is_user_verified = false; }},
             Case{"backup_state_invalid", [](Key& key) { key.is_backed_up = true; }},
             Case{"backup_eligibility_changed", [](Key& key) { key.is_backup_eligible = true; }},
             Case{"origin_not_allowed", [](Key& key) { key.origin = "http://example.org"; }},
             Case{"signature_invalid", [](Key& key) { key.signs_wrongly = true; }},
             Case{"sign_count_not_increased", [](Key& key) { key.sign_count = 6; }},
         }) {
      CAPTURE(check);
      Fixture f;
      set(f.key);
      CHECK(f.proof_refusal() == ErrorCode::kAssertionInvalid);
      f.check_refused(check);
    }
  }

  TEST_CASE_TEMPLATE("a text that is no response proves nothing", Fixture, VERIFIERS) {
    Fixture f;
    CHECK(refusal(f.verifier.submit_proof(f.ticket, "[]")) == ErrorCode::kAssertionInvalid);
    f.check_refused("json_member_invalid");
  }

  TEST_CASE_TEMPLATE(
      "a proof needs user verification whatever a registration needs", Fixture, VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) { s.key_policy.requires_user_verification = false; });
    f.key.is_user_verified = false;
    CHECK(f.proof_refusal() == ErrorCode::kAssertionInvalid);
    f.check_refused("user_not_verified");
  }

  TEST_CASE_TEMPLATE(
      "the own user handle is welcome, and the counter is kept", Fixture, VERIFIERS) {
    Fixture f;
    f.key.user_handle = f.lee.handle;
    CHECK(f.proof_refusal() == std::nullopt);
    CHECK(f.record(f.key.id)->sign_count == f.key.sign_count);
    CHECK(f.record(f.key.id)->proven_at == f.clock.wall());
  }

  TEST_CASE_TEMPLATE("whether a key is backed up is kept as the proof has it", Fixture, VERIFIERS) {
    VerifierFixture<typename Fixture::Stores> f;
    f.edit_settings([](Settings& s) { s.key_policy.allows_backup_eligible = true; });
    const auto ticket = f.open_one_time();
    TestAuthenticator key;
    key.is_backup_eligible = true;
    f.stored(ticket, key);
    key.is_backed_up = true;
    REQUIRE(f.prove(ticket, key));
    CHECK(f.record(key.id)->is_backed_up);
  }

  TEST_CASE_TEMPLATE(
      "a second proof counts on, and leaves the time of the first", Fixture, VERIFIERS) {
    Fixture f;
    REQUIRE(f.prove(f.ticket, f.key));
    const auto first = f.record(f.key.id)->proven_at;
    f.clock.advance(minutes(1));
    REQUIRE(f.prove(f.ticket, f.key));
    CHECK(f.record(f.key.id)->proven_at == first);
    CHECK(f.record(f.key.id)->sign_count == f.key.sign_count);
  }

  TEST_CASE_TEMPLATE("a record of another owner is none of this session's", Fixture, VERIFIERS) {
    Fixture f;
    const auto response = f.key.prove(f.proof_options(f.ticket, f.key));
    f.write([&](WriteTransaction& t) {
      auto record = t.credential(f.key.id).value();
      record.user = f.max.id;
      t.update_credential(record);
    });
    CHECK(refusal(f.verifier.submit_proof(f.ticket, response)) == ErrorCode::kCredentialUnknown);
    CHECK(refusal(f.verifier.withdraw(f.ticket, f.key.id)) == ErrorCode::kCredentialUnknown);
  }

  TEST_CASE_TEMPLATE("a registration's challenge proves nothing", Fixture, VERIFIERS) {
    Fixture f;
    auto issued = f.proof_options(f.ticket, f.key);
    auto request = parse_request_options(issued.json).value();
    request.challenge =
        firstkey::core::webauthn::parse_creation_options(f.options(f.ticket).json)->challenge;
    issued.json = to_json(request);
    CHECK(refusal(f.verifier.submit_proof(f.ticket, f.key.prove(issued))) ==
          ErrorCode::kChallengeUnknown);
  }

  TEST_CASE_TEMPLATE("another session's proof is unknown in this one", Fixture, VERIFIERS) {
    Fixture f;
    const auto of_max = f.open(f.max);
    const auto response = f.key.prove(f.proof_options(f.ticket, f.key));
    CHECK(refusal(f.verifier.submit_proof(of_max, response)) == ErrorCode::kChallengeUnknown);
    CHECK(refusal(f.verifier.proof_options(of_max, f.key.id)) == ErrorCode::kCredentialUnknown);
  }

  TEST_CASE_TEMPLATE("the same proof gets the same answer, another does not", Fixture, VERIFIERS) {
    Fixture f;
    const auto options = f.proof_options(f.ticket, f.key);
    const auto response = f.key.prove(options);
    REQUIRE(f.verifier.submit_proof(f.ticket, response));
    CHECK(refusal(f.verifier.submit_proof(f.ticket, f.key.prove(options))) ==
          ErrorCode::kChallengeUsed);
    REQUIRE(f.verifier.finish(f.ticket));
    const auto rows = f.audit().size();
    const auto again = f.verifier.submit_proof(f.ticket, response);
    REQUIRE(again);
    CHECK(again->credential_id == f.key.id);
    CHECK(again->session.state == SessionState::kCompleted);
    CHECK(f.audit().size() == rows);
  }

  TEST_CASE_TEMPLATE("a key policy turned stricter counts for a proof too", Fixture, VERIFIERS) {
    Fixture f;
    f.edit_settings([](Settings& s) { s.relying_party.origins = {"https://new.example.org"}; });
    f.key.origin = "https://example.org";
    CHECK(f.proof_refusal() == ErrorCode::kAssertionInvalid);
    f.check_refused("origin_not_allowed");
  }

  TEST_CASE_TEMPLATE("the policy says whether a receipt asks for a proof", Fixture, VERIFIERS) {
    for (const auto& [proof, needs_proof, ends] :
         {std::tuple{ProofRequirement::kRequired, true, SessionState::kCancelled},
          {ProofRequirement::kOffered, true, SessionState::kCompleted},
          {ProofRequirement::kOff, false, SessionState::kCompleted}}) {
      VerifierFixture<typename Fixture::Stores> f;
      f.edit_settings([&](Settings& s) { s.pass_policy.proof = proof; });
      const auto ticket = f.open_one_time();
      const TestAuthenticator key;
      const auto receipt = f.stored(ticket, key);
      CHECK(receipt.needs_proof == needs_proof);
      CHECK(receipt.session.unproven.empty() != needs_proof);
      CHECK(f.verifier.finish(ticket)->state == ends);
      CHECK(f.record(key.id)->withdrawn_at.has_value() == (ends == SessionState::kCancelled));
    }
  }

  TEST_CASE_TEMPLATE("withdrawing gives the place back, once", Fixture, VERIFIERS) {
    Fixture f;
    const auto left = f.verifier.snapshot(f.ticket)->credentials_left;
    const auto withdrawn = f.verifier.withdraw(f.ticket, f.key.id);
    REQUIRE(withdrawn);
    CHECK(withdrawn->credentials_left == left + 1);
    CHECK(withdrawn->unproven.empty());
    const auto trail = f.audit();
    CHECK(trail.at(trail.size() - 2).action == "credential.withdraw");
    CHECK(trail.back().action == "orphan.record");
    CHECK(f.verifier.withdraw(f.ticket, f.key.id)->credentials_left == left + 1);
    CHECK(f.audit().size() == trail.size());
  }

  TEST_CASE_TEMPLATE("a withdrawn credential is proved no more", Fixture, VERIFIERS) {
    Fixture f;
    const auto response = f.key.prove(f.proof_options(f.ticket, f.key));
    REQUIRE(f.verifier.withdraw(f.ticket, f.key.id));
    CHECK(refusal(f.verifier.submit_proof(f.ticket, response)) == ErrorCode::kCredentialUnknown);
    CHECK(refusal(f.verifier.proof_options(f.ticket, f.key.id)) == ErrorCode::kCredentialUnknown);
  }

  TEST_CASE_TEMPLATE("only an unproven credential of one's own is withdrawn", Fixture, VERIFIERS) {
    Fixture f;
    CHECK(refusal(f.verifier.withdraw(f.ticket, Bytes(32, 9))) == ErrorCode::kCredentialUnknown);
    CHECK(refusal(f.verifier.withdraw(f.open(f.max), f.key.id)) == ErrorCode::kCredentialUnknown);
    REQUIRE(f.prove(f.ticket, f.key));
    CHECK(refusal(f.verifier.withdraw(f.ticket, f.key.id)) == ErrorCode::kInvalidArgument);
    CHECK_FALSE(f.record(f.key.id)->withdrawn_at);
  }

  TEST_CASE_TEMPLATE(
      "what its session withdrew at the end counts as withdrawn", Fixture, VERIFIERS) {
    Fixture f;
    f.clock.advance(minutes(12));
    CHECK(f.verifier.withdraw(f.ticket, f.key.id)->state == SessionState::kExpired);
    CHECK(f.record(f.key.id)->withdrawn_at);
    CHECK(f.session(f.ticket).credentials == 0);
  }
}
