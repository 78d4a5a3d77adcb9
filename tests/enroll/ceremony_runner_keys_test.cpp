// Several keys in one session: chosen by touch, let go, late, taken out and followed by another.

#include <thread>

#include "enroll/ceremony_runner.h"
#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

namespace {

const core::Bytes kOtherCredential{0xD1, 0xD2};

/// Two keys at a station, plugged in or not.
struct KeysFixture : RunnerFixture {
  FakeKey left{key_with_pin(0)};
  FakeKey right{key_with_pin(1)};

  ~KeysFixture() { runner.reset(); }  // before its keys
  /// Both blink, until the right one is touched.
  void choose_right() {
    left.expect_pin_retries(8);
    left.expect_touch().until_stopped();
    right.expect_pin_retries(8);
    right.expect_touch().meanwhile([this] {
      while (left.calls_left() > 0) std::this_thread::yield();  // until it blinks too
    });
    right.expect_refresh();
    right.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    discovery.insert(left);
    discovery.insert(right);
    start();
    await("pin_needed");
  }
  /// From its PIN to its proof, over the challenge that is there.
  void expect_credential(FakeKey& key, const core::Bytes& id) {
    key.expect_credential(new_credential(id)).with_pin("1234");
    key.expect_assertion(new_assertion(id)).with_pin("1234");
    verifier.expect(Call::kRegistration);
    expect_proof();
  }
};

}  // namespace

TEST_SUITE("enroll/ceremony_runner_keys") {
  TEST_CASE_FIXTURE(KeysFixture, "of two keys the one that is touched is registered") {
    choose_right();
    expect_credential(right, kMadeCredential);
    enter_pin(pin("1234"));
    await("completed");
    CHECK(told().starts_with("key_inserted key_inserted select_key"));
  }

  TEST_CASE_FIXTURE(KeysFixture, "the key that was not chosen is let go, and its node closed") {
    choose_right();
    while (left.open_handles() > 0) std::this_thread::yield();
    CHECK(left.calls_left() == 0);
    CHECK(right.open_handles() == 1);
  }

  TEST_CASE_FIXTURE(KeysFixture, "a third key that comes while two blink may be chosen as well") {
    FakeKey third(key_with_pin(2));
    left.expect_pin_retries(8);
    left.expect_touch().until_stopped();
    right.expect_pin_retries(8);
    right.expect_touch().until_stopped();
    verifier.expect(Call::kCreationOptions);
    discovery.insert(left);
    discovery.insert(right);
    start();
    await("select_key");
    third.expect_pin_retries(8);
    third.expect_touch().meanwhile([this] {
      while (left.calls_left() + right.calls_left() > 0) std::this_thread::yield();
    });
    third.expect_refresh();
    third.expect_pin_retries(8);
    discovery.insert(third);
    CHECK(std::get<SelectKey>(await("select_key").event).count == 3);
    await("pin_needed");
    CHECK(third.open_handles() == 1);
    while (left.open_handles() + right.open_handles() > 0) std::this_thread::yield();
    runner.reset();
  }

  TEST_CASE_FIXTURE(KeysFixture, "a second key that comes late is told to wait, and left alone") {
    left.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    discovery.insert(left);
    start();
    await("pin_needed");
    discovery.insert(right);
    CHECK(std::get<KeyIgnored>(await("key_ignored").event).display_name == "Key 1");
    CHECK(right.open_handles() == 0);
  }

  TEST_CASE_FIXTURE(KeysFixture, "the chosen key taken out, the one beside it is gone on with") {
    choose_right();
    left.expect_pin_retries(8);
    discovery.remove(right);
    await("key_removed");
    await("pin_needed");
    expect_credential(left, kMadeCredential);
    enter_pin(pin("1234"));
    await("completed");
    CHECK(right.open_handles() == 0);
  }

  TEST_CASE_FIXTURE(KeysFixture,
                    "the chosen key taken out in its touch, another is inserted and goes on") {
    right.expect_pin_retries(8);
    right.expect_credential(new_credential())
        .with_pin("5678")
        .saying({KeepAlive::kUserPresenceNeeded})
        .until_stopped();
    verifier.expect(Call::kCreationOptions);
    discovery.insert(right);
    start();
    await("pin_needed");
    enter_pin(pin("5678"));
    await("touch_needed");
    discovery.remove(right);
    await("insert_key");
    left.expect_pin_retries(8);
    expect_credential(left, kOtherCredential);
    discovery.insert(left);
    await("pin_needed");
    enter_pin(pin("1234"));
    CHECK(std::get<CredentialCompleted>(await("completed").event).credential_id ==
          kOtherCredential);
  }

  TEST_CASE_FIXTURE(KeysFixture,
                    "two keys without the one that was registered are chosen from again") {
    FakeKey registered(key_with_pin(2));
    registered.expect_pin_retries(8);
    verifier.expect(Call::kCreationOptions);
    discovery.insert(registered);
    start();
    await("pin_needed");
    expect_credential(registered, kMadeCredential);
    for (FakeKey* key : {&left, &right}) {
      key->expect_pin_retries(8);
      key->expect_touch().until_stopped();
      discovery.insert(*key);
      await("key_ignored");
    }
    enter_pin(pin("1234"));
    await("completed");
    runner->add_another();
    CHECK(std::get<SelectKey>(await("select_key").event).count == 2);
    while (left.calls_left() + right.calls_left() > 0) std::this_thread::yield();
    CHECK(registered.open_handles() == 0);
    runner.reset();
  }
}

}  // namespace firstkey::enroll::tests
