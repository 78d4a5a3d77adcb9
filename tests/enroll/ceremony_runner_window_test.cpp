// The end of the window, at its edge and in the middle of everything.

#include <latch>
#include <thread>

#include "enroll/ceremony_runner.h"
#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

namespace {

constexpr core::Duration kWindow = std::chrono::minutes(10);
constexpr core::Duration kMoment = std::chrono::milliseconds(1);

/// A key that is being touched: `key` waits until it is stopped.
void reach_touch(RunnerFixture& f, FakeKey& key) {
  f.verifier.expect(Call::kCreationOptions);
  f.discovery.insert(key);
  f.start();
  f.await("pin_needed");
  f.enter_pin(pin("1234"));
  f.await("touch_needed");
}

}  // namespace

TEST_SUITE("enroll/ceremony_runner_window") {
  TEST_CASE_FIXTURE(RunnerFixture, "a moment before its end the window is open") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    start();
    await("insert_key");
    clock.advance(kWindow - kMoment);
    discovery.insert(key);
    CHECK(await("pin_needed").server_now < verifier.session.expires_at);
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "at its end and after it the window is over") {
    for (const core::Duration late : {core::Duration::zero(), kMoment}) {
      RunnerFixture f;
      f.verifier.expect(Call::kCreationOptions);
      f.verifier.expect(Call::kFinish);
      f.start();
      f.await("insert_key");
      f.clock.advance(kWindow + late);
      CHECK(f.await("expired").server_now == f.verifier.session.expires_at + late);
      CHECK(f.end().how == Ending::How::kExpired);
    }
  }

  TEST_CASE_FIXTURE(RunnerFixture, "setting the station's wall clock moves no window") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    start();
    const core::Instant before = await("insert_key").server_now;
    clock.set_wall_by(std::chrono::hours(1));
    discovery.insert(key);
    CHECK(await("pin_needed").server_now == before);
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture,
                    "the window that ends during a touch stops the key and is told") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .until_stopped();
    reach_touch(*this, key);
    verifier.expect(Call::kFinish);
    clock.advance(kWindow);
    const NumberedEvent expired = await("expired");
    CHECK(expired.server_now - expired.expires_at <= std::chrono::milliseconds(300));
    CHECK(end().how == Ending::How::kExpired);  // …which waits for the key to have stopped
    CHECK(keys_left_alone() == 0);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a credential that comes out too late is an orphan") {
    FakeKey key(key_with_pin());
    std::latch is_touched(1);
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .meanwhile([&] { is_touched.wait(); })
        .despite_stop();
    reach_touch(*this, key);
    verifier.expect(Call::kFinish);
    clock.advance(kWindow);
    await("expired");
    is_touched.count_down();
    CHECK(std::get<CredentialOrphaned>(await("orphaned").event).credential_id == kMadeCredential);
    CHECK(end().credentials.empty());
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a key that ignores being stopped is left alone and told of") {
    FakeKey key(key_with_pin());
    std::latch is_released(1);
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .meanwhile([&] { is_released.wait(); });
    reach_touch(*this, key);
    verifier.expect(Call::kFinish);
    clock.advance(kWindow);
    await("expired");
    clock.advance(kLeaveAloneAfter);
    await("key_unresponsive");
    CHECK(end().how == Ending::How::kExpired);
    CHECK(keys_left_alone() == 1);
    runner.reset();  // does not wait for it
    is_released.count_down();
    while (keys_left_alone() > 0) std::this_thread::yield();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "so is one that answers without saying that it stopped") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .unanswered();
    reach_touch(*this, key);
    verifier.expect(Call::kFinish);
    clock.advance(kWindow);
    await("expired");
    await("key_unresponsive");
    CHECK(end().how == Ending::How::kExpired);
    CHECK(key.open_handles() == 0);
    CHECK(keys_left_alone() == 0);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "left alone, a key is used again when it is re-plugged") {
    FakeKey key(key_with_pin());
    verifier.challenge_lifetime = kMoment;  // each is made anew, and outlasted by the touch
    verifier.expect(Call::kCreationOptions);
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .unanswered();
    reach_touch(*this, key);
    await("key_unresponsive");
    await("insert_key");
    key.expect_pin_retries(8);
    hold_again(key);
    await("pin_needed");
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture,
                    "a key that hangs does not hold up a runner that is taken away") {
    FakeKey key(key_with_pin());
    std::latch is_released(1);
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .meanwhile([&] { is_released.wait(); });
    reach_touch(*this, key);
    runner.reset();
    CHECK(keys_left_alone() == 1);
    is_released.count_down();
    while (keys_left_alone() > 0) std::this_thread::yield();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "the window that ends while a PIN is typed ends the ceremony") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("pin_needed");
    clock.advance(kWindow);
    await("expired");
    CHECK(end().how == Ending::How::kExpired);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "the window that ends while options are awaited ends it too") {
    verifier.make_unreachable(core::ErrorCode::kStoreUnreachable);
    verifier.expect(Call::kFinish);
    start();
    await("verifier_unreachable");
    clock.advance(kWindow);
    await("expired");
    verifier.make_reachable();
    CHECK(end().how == Ending::How::kExpired);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a verdict on its way is awaited past the window") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234");
    key.expect_assertion(new_assertion()).with_pin("1234");
    verifier.expect(Call::kCreationOptions);
    verifier.expect(Call::kRegistration).meanwhile([&] { clock.advance(kWindow); });
    expect_proof();
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("completed");
    await("finished");  // the window is over: no other key
    CHECK(end().credentials.size() == 1);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "two minutes past the window the proof is given up") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential()).with_pin("1234");
    key.expect_assertion(new_assertion())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded})
        .until_stopped();
    expect_registration();
    verifier.expect(Call::kProofOptions);
    verifier.expect(Call::kWithdrawal);
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("touch_needed");
    clock.advance(kWindow + kProofGrace);
    CHECK(std::get<ProofFailed>(await("proof_failed").event).failure == ProofFailure::kTooLate);
    await("withdrawn");
    CHECK(end().how == Ending::How::kFailed);
  }
}

}  // namespace firstkey::enroll::tests
