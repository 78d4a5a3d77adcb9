// What goes wrong while a ceremony runs: keys that leave, verifiers that are silent or refuse,
// people who change their mind, a runner that is taken away.

#include <functional>
#include <thread>

#include "enroll/ceremony_runner.h"
#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

namespace {

/// Where a ceremony can stand, and how it gets there: each brings a fresh fixture with `key` to the
/// place and waits until it is there.
struct Place {
  const char* name;
  std::function<void(RunnerFixture&, FakeKey&)> reach;
  bool has_key = true;     ///< one is being worked with
  bool is_stored = false;  ///< past the commit
};

void reach_pin(RunnerFixture& f, FakeKey& key) {
  key.expect_pin_retries(8);
  f.verifier.expect(Call::kCreationOptions);
  f.discovery.insert(key);
  f.start();
  f.await("pin_needed");
}

void reach_touch(RunnerFixture& f, FakeKey& key) {
  key.expect_pin_retries(8);
  key.expect_credential(new_credential())
      .with_pin("1234")
      .saying({KeepAlive::kUserPresenceNeeded})
      .until_stopped();
  f.verifier.expect(Call::kCreationOptions);
  f.discovery.insert(key);
  f.start();
  f.await("pin_needed");
  f.enter_pin(pin("1234"));
  f.await("touch_needed");
}

void reach_proof(RunnerFixture& f, FakeKey& key) {
  key.expect_pin_retries(8);
  key.expect_credential(new_credential()).with_pin("1234");
  key.expect_assertion(new_assertion())
      .with_pin("1234")
      .saying({KeepAlive::kUserPresenceNeeded})
      .until_stopped();
  f.expect_registration();
  f.verifier.expect(Call::kProofOptions);
  f.discovery.insert(key);
  f.start();
  f.await("pin_needed");
  f.enter_pin(pin("1234"));
  f.await("touch_needed");
}

void reach_selection(RunnerFixture& f, FakeKey& key) {
  f.beside = std::make_unique<FakeKey>(key_with_pin(7));
  for (FakeKey* one : {&key, f.beside.get()}) {
    one->expect_pin_retries(8);
    one->expect_touch().until_stopped();
  }
  f.verifier.expect(Call::kCreationOptions);
  f.discovery.insert(key);
  f.discovery.insert(*f.beside);
  f.start();
  while (key.calls_left() + f.beside->calls_left() > 0) std::this_thread::yield();  // both blink
}

const std::vector<Place>& places() {
  static const std::vector<Place> all = {
      {.name = "awaiting a key",
       .reach =
           [](RunnerFixture& f, FakeKey&) {
             f.verifier.expect(Call::kCreationOptions);
             f.start();
             f.await("insert_key");
           },
       .has_key = false},
      {.name = "selecting", .reach = reach_selection},
      {.name = "choosing a PIN",
       .reach =
           [](RunnerFixture& f, FakeKey& key) {
             key.facts() = firstkey::tests::fido2_facts();
             f.verifier.expect(Call::kCreationOptions);
             f.discovery.insert(key);
             f.start();
             f.await("choose_pin");
           }},
      {.name = "setting a PIN",
       .reach =
           [](RunnerFixture& f, FakeKey& key) {
             key.facts() = firstkey::tests::fido2_facts();
             key.expect_set_pin("1234").until_stopped();
             f.verifier.expect(Call::kCreationOptions);
             f.discovery.insert(key);
             f.start();
             f.await("choose_pin");
             f.enter_pin(pin("1234"));
             while (key.calls_left() > 0) std::this_thread::yield();
           }},
      {.name = "awaiting a PIN", .reach = reach_pin},
      {.name = "awaiting a touch", .reach = reach_touch},
      {.name = "proving", .reach = reach_proof, .is_stored = true},
  };
  return all;
}

}  // namespace

TEST_SUITE("enroll/ceremony_runner_faults") {
  TEST_CASE("a key that is taken out is told of wherever the ceremony stands") {
    for (const Place& place : places()) {
      if (!place.has_key) continue;
      CAPTURE(place.name);
      FakeKey key(key_with_pin());
      RunnerFixture f;
      place.reach(f, key);
      // The one that is left need not be chosen: its blinking is stopped.
      if (f.beside) f.beside->expect_pin_retries(8);
      f.discovery.remove(key);
      f.await("key_removed");
      f.await(f.beside ? "pin_needed" : place.is_stored ? "proof_needed" : "insert_key");
    }
  }

  TEST_CASE("cancelled before the commit, a ceremony ends wherever it stands") {
    for (const Place& place : places()) {
      if (place.is_stored) continue;
      CAPTURE(place.name);
      FakeKey key(key_with_pin());
      RunnerFixture f;
      place.reach(f, key);
      f.verifier.expect(Call::kFinish);
      f.runner->cancel();
      f.await("cancelled");
      CHECK(f.end().how == Ending::How::kCancelled);
    }
  }

  TEST_CASE("taken away, a runner leaves nothing running wherever the ceremony stands") {
    for (const Place& place : places()) {
      CAPTURE(place.name);
      FakeKey key(key_with_pin());
      RunnerFixture f;
      place.reach(f, key);
      f.runner.reset();
      CHECK(keys_left_alone() == 0);
    }
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a runner that was never started goes quietly") {
    start_nothing();
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture,
                    "cancelled while it is being proved, a credential is withdrawn") {
    FakeKey key(key_with_pin());
    reach_proof(*this, key);
    verifier.expect(Call::kWithdrawal);
    verifier.expect(Call::kFinish);
    runner->cancel();
    await("withdrawn");
    await("orphaned");
    const Ending ending = end();
    CHECK(ending.how == Ending::How::kCancelled);
    CHECK(ending.credentials.empty());
  }

  TEST_CASE_FIXTURE(RunnerFixture, "cancelled while the verdict is on its way, it is waited for") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234");
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kRegistration).meanwhile([&] { may_answer.wait(); });
    verifier.expect(Call::kWithdrawal);
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("verifying");
    runner->cancel();
    may_answer.count_down();
    await("withdrawn");
    CHECK(end().how == Ending::How::kCancelled);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "an unreachable verifier is asked again until it answers") {
    verifier.make_unreachable(core::ErrorCode::kStoreUnreachable);
    verifier.expect(Call::kCreationOptions);
    start();
    await("verifier_unreachable");
    verifier.make_reachable();
    await("insert_key");
    CHECK(told() == "verifier_unreachable insert_key");
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a registration without a verdict is sent again as it was") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234");
    key.expect_assertion(new_assertion()).with_pin("1234");
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kRegistration).refused(core::ErrorCode::kOutcomeUnknown);
    verifier.expect(Call::kRegistration);
    expect_proof();
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("verifier_unreachable");
    await("completed");
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture,
                    "a verifier that stays silent ends the ceremony with the grace") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234").meanwhile([&] {
      verifier.make_unreachable(core::ErrorCode::kStoreUnreachable);
    });
    verifier.expect(Call::kCreationOptions);
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("verifier_unreachable");
    clock.advance(std::chrono::minutes(12));  // window and grace
    CHECK(std::get<CeremonyFailed>(await("failed").event).code ==
          core::ErrorCode::kStoreUnreachable);
    clock.advance(std::chrono::seconds(3));  // finish() may be repeated for so long
    CHECK_FALSE(end().session.has_value());
  }

  TEST_CASE_FIXTURE(RunnerFixture, "an expired challenge is replaced, and the key touched again") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234");
    key.expect_credential(new_credential({0xE1})).with_pin("1234");
    key.expect_assertion(new_assertion({0xE1})).with_pin("1234");
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kRegistration).refused(core::ErrorCode::kChallengeExpired);
    expect_registration();
    expect_proof();
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    CHECK(std::get<CredentialOrphaned>(await("orphaned").event).credential_id == kMadeCredential);
    await("completed");
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a challenge too old for a touch is renewed before it") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234").until_stopped();
    verifier.challenge_lifetime = std::chrono::minutes(1);
    verifier.expect(Call::kCreationOptions);
    discovery.insert(key);
    start();
    await("pin_needed");
    clock.advance(std::chrono::seconds(16));
    verifier.expect(Call::kCreationOptions);
    enter_pin(pin("1234"));
    while (key.calls_left() > 0) std::this_thread::yield();
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "what the verifier refuses says what becomes of the ceremony") {
    struct Row {
      core::ErrorCode code;
      const char* event;
    };
    for (const Row& row : {Row{core::ErrorCode::kAttestationInvalid, "insert_key"},
                           Row{core::ErrorCode::kKeyNotAllowed, "insert_key"},
                           Row{core::ErrorCode::kCredentialExists, "insert_key"},
                           Row{core::ErrorCode::kSessionEnded, "failed"},
                           Row{core::ErrorCode::kUserDisabled, "failed"},
                           Row{core::ErrorCode::kPassUnknown, "failed"},
                           Row{core::ErrorCode::kWindowOver, "expired"}}) {
      CAPTURE(row.event);
      FakeKey key(key_with_pin());
      RunnerFixture f;
      key.expect_pin_retries(8);
      key.expect_credential(new_credential()).with_pin("1234");
      f.verifier.expect(Call::kCreationOptions);
      f.verifier.expect(Call::kRegistration).refused(row.code);
      if (std::string(row.event) != "insert_key") f.verifier.expect(Call::kFinish);
      f.discovery.insert(key);
      f.start();
      f.await("pin_needed");
      f.enter_pin(pin("1234"));
      CHECK(std::get<RegistrationRefused>(f.await("refused").event).code == row.code);
      f.await(row.event);
      if (std::string(row.event) != "insert_key") (void)f.end();
    }
  }

  TEST_CASE_FIXTURE(RunnerFixture, "options that cannot be read end the ceremony") {
    verifier.options.user.id.clear();
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kFinish);
    start();
    await("failed");
    CHECK(end().code == core::ErrorCode::kInvalidArgument);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "the end is reached even if the verifier will not finish") {
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kFinish).refused(core::ErrorCode::kSessionUnknown);
    start();
    await("insert_key");
    runner->cancel();
    const Ending ending = end();
    CHECK(ending.how == Ending::How::kCancelled);
    CHECK_FALSE(ending.session.has_value());
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a run that nobody attends waits for a key for so long only") {
    choices.longest_wait_for_key = std::chrono::seconds(60);
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kFinish);
    start();
    await("insert_key");
    clock.advance(std::chrono::seconds(60));
    const Ending ending = end();
    CHECK(ending.was_without_key);
    CHECK(ending.how == Ending::How::kCancelled);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "the last thing that stood in the way is known at the end") {
    FakeKey key(key_with_pin());
    key.facts().is_fido2 = false;
    key.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("key_refused");
    runner->cancel();
    CHECK(end().last_refusal == KeyReason::kU2fOnly);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "of several keys only the chosen one is looked at") {
    FakeKey other(plain_key(0));
    FakeKey chosen(key_with_pin(1));
    chosen.expect_pin_retries(8);
    choices.only_key = chosen.description().path;
    verifier.expect(Call::kCreationOptions);
    discovery.insert(other);
    discovery.insert(chosen);
    start();
    await("pin_needed");
    CHECK(told().find("select_key") == std::string::npos);
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a simulated key is refused where the station allows none") {
    FakeKey key(key_with_pin());
    key.facts().is_simulated = true;
    key.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    discovery.insert(key);
    start();
    CHECK(std::get<KeyRejected>(await("key_refused").event).reason == KeyReason::kSimulated);
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a key whose answer cannot be read is asked three times more") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    device::CredentialResponse garbage = new_credential();
    garbage.authenticator_data.resize(40);
    for (int attempt = 0; attempt <= kFaltersForgiven; ++attempt) {
      key.expect_credential(garbage).with_pin("1234");
      verifier.expect(Call::kCreationOptions);
    }
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    CHECK(std::get<KeyRejected>(await("key_refused").event).reason == KeyReason::kFailing);
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture,
                    "a PIN that answers an earlier question is not tried on the next key") {
    FakeKey key(key_with_pin(0));
    FakeKey other(key_with_pin(1));
    key.expect_pin_retries(8);
    other.expect_pin_retries(8);
    other.expect_credential(new_credential()).with_pin("5678").until_stopped();
    verifier.expect(Call::kCreationOptions);
    discovery.insert(key);
    start();
    await("pin_needed");
    const PinRequestId stale = asked;
    discovery.remove(key);
    discovery.insert(other);
    await("pin_needed");
    runner->enter_pin(stale, pin("1234"));  // its expectation would fail the test
    enter_pin(pin("5678"));
    while (other.calls_left() > 0) std::this_thread::yield();
    runner.reset();
  }
}

}  // namespace firstkey::enroll::tests
