// Between the commit and the end: a key that is taken out, and a person who cancels, wherever the
// verdict and the proof stand.

#include <functional>
#include <thread>

#include "enroll/ceremony_runner.h"
#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

namespace {

/// A credential on its way to being proved, held up at one place of it.
struct LateCeremony : RunnerFixture {
  FakeKey key{key_with_pin()};

  ~LateCeremony() {
    let_verifier_answer();
    runner.reset();  // before its key
  }
  void let_verifier_answer() {
    if (!may_answer.try_wait()) may_answer.count_down();
  }
  /// Up to the credential that the verifier is asked to store.
  firstkey::tests::ScriptedVerifier::Step& expect_credential() {
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234");
    verifier.expect(Call::kCreationOptions);
    return verifier.expect(Call::kRegistration);
  }
  void enroll() {
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
  }
};

/// How a ceremony gets to one of its late states.
struct Place {
  const char* name;
  std::function<void(LateCeremony&)> reach;
  bool uses_key = true;              ///< its removal is told
  bool awaits_verdict = false;       ///< whether it is stored is not known yet
  bool awaits_confirmation = false;  ///< the key is needed no more
};

void reach_verdict(LateCeremony& f) {
  f.expect_credential().meanwhile([&f] { f.may_answer.wait(); });
  f.enroll();
  f.await("verifying");
}

void reach_signing(LateCeremony& f) {
  f.expect_credential();
  f.verifier.expect(Call::kProofOptions);
  f.key.expect_assertion(new_assertion())
      .with_pin("1234")
      .saying({KeepAlive::kUserPresenceNeeded})
      .until_stopped();
  f.enroll();
  f.await("touch_needed");
}

void reach_confirmation(LateCeremony& f) {
  f.expect_credential();
  f.verifier.expect(Call::kProofOptions);
  f.key.expect_assertion(new_assertion()).with_pin("1234");
  f.verifier.expect(Call::kProof).meanwhile([&f] { f.may_answer.wait(); });
  f.enroll();
  while (f.verifier.calls_left() > 0) std::this_thread::yield();
}

/// A card that has to be lifted and held again before it signs.
void reach_lifted_card(LateCeremony& f) {
  f.expect_credential();
  f.verifier.expect(Call::kProofOptions);
  f.key.expect_assertion(fails(device::ErrorCode::kNotAllowed)).with_pin("1234");
  f.enroll();
  f.await("proof_needed");
}

void reach_opening(LateCeremony& f) {
  reach_lifted_card(f);
  f.key.expect_pin_retries(8);
  f.key.expect_assertion(new_assertion()).until_stopped();  // the silent look
  f.hold_again(f.key);
  while (f.key.calls_left() > 0) std::this_thread::yield();
}

void reach_proof_pin(LateCeremony& f) {
  reach_lifted_card(f);
  f.clock.advance(kPinKeptFor);
  f.key.expect_pin_retries(8);
  f.key.expect_assertion(new_assertion());
  f.hold_again(f.key);
  f.await("pin_needed");
}

const std::vector<Place>& places() {
  static const std::vector<Place> all = {
      {.name = "Verifying", .reach = reach_verdict, .awaits_verdict = true},
      {.name = "Proving", .reach = reach_signing},
      {.name = "ConfirmingProof",
       .reach = reach_confirmation,
       .uses_key = false,
       .awaits_confirmation = true},
      {.name = "AwaitingProofKey", .reach = reach_lifted_card, .uses_key = false},
      {.name = "OpeningProofKey", .reach = reach_opening},
      {.name = "AwaitingProofPin", .reach = reach_proof_pin},
  };
  return all;
}

}  // namespace

TEST_SUITE("enroll/ceremony_runner_proof") {
  TEST_CASE("a key that is taken out is asked back for the proof, unless it has signed") {
    for (const Place& place : places()) {
      CAPTURE(place.name);
      LateCeremony f;
      place.reach(f);
      if (place.awaits_verdict) f.verifier.expect(Call::kProofOptions);
      f.discovery.remove(f.key);
      if (place.uses_key) f.await("key_removed");
      f.let_verifier_answer();
      if (place.uses_key) f.await("proof_needed");
      if (place.awaits_confirmation) f.await("completed");
    }
  }

  TEST_CASE("cancelled, a credential that must be proved is withdrawn and does not count") {
    for (const Place& place : places()) {
      if (place.awaits_confirmation) continue;
      CAPTURE(place.name);
      LateCeremony f;
      place.reach(f);
      f.verifier.expect(Call::kWithdrawal);
      f.verifier.expect(Call::kFinish);
      f.runner->cancel();
      f.let_verifier_answer();
      f.await("withdrawn");
      CHECK(std::get<CeremonyCancelled>(f.await("cancelled").event).credentials == 0);
      CHECK(f.end().how == Ending::How::kCancelled);
      CHECK(f.key.open_handles() == 0);
    }
  }

  TEST_CASE("cancelled, a credential whose proof is only offered is kept and counted") {
    for (const Place& place : places()) {
      if (place.awaits_confirmation || place.awaits_verdict) continue;
      CAPTURE(place.name);
      LateCeremony f;
      f.verifier.session.proof = core::ProofRequirement::kOffered;
      place.reach(f);
      f.verifier.expect(Call::kFinish);
      f.runner->cancel();
      CHECK_FALSE(std::get<CredentialCompleted>(f.await("completed").event).is_proven);
      CHECK(std::get<CeremonyFinished>(f.await("finished").event).credentials == 1);
      CHECK(f.end().credentials == std::vector<core::Bytes>{kMadeCredential});
    }
  }

  TEST_CASE_FIXTURE(LateCeremony,
                    "cancelled while its proof is being verified, what came first counts") {
    reach_confirmation(*this);
    runner->cancel();
    await("proof_failed");
    verifier.expect(Call::kWithdrawal).refused(core::ErrorCode::kInvalidArgument);
    verifier.expect(Call::kFinish);
    let_verifier_answer();
    CHECK(std::get<CredentialCompleted>(await("completed").event).is_proven);
    CHECK(end().credentials.size() == 1);
  }
}

}  // namespace firstkey::enroll::tests
