#include "enroll/ceremony_runner.h"

#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

TEST_SUITE("enroll/ceremony_runner") {
  TEST_CASE_FIXTURE(RunnerFixture, "a key with a PIN is registered, proved and done") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(new_credential())
        .with_pin("1234")
        .saying({KeepAlive::kUserPresenceNeeded});
    key.expect_assertion(new_assertion()).with_pin("1234");
    expect_registration();
    expect_proof();
    verifier.expect(Call::kFinish);
    start();
    await("insert_key");
    discovery.insert(key);
    await("pin_needed");
    runner->enter_pin(pin("1234"));
    await("completed");
    runner->finish();
    const Ending ending = end();
    CHECK(ending.how == Ending::How::kFinished);
    CHECK(ending.credentials == std::vector<core::Bytes>{kMadeCredential});
    CHECK(told() ==
          "insert_key key_inserted pin_needed touch_needed verifying stored proving completed "
          "finished");
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a key without a PIN is given its first one") {
    FakeKey key(plain_key());
    key.expect_set_pin("123456");
    key.expect_credential(new_credential()).with_pin("123456");
    key.expect_assertion(new_assertion()).with_pin("123456");
    expect_registration();
    expect_proof();
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("choose_pin");
    runner->enter_pin(pin("123456"));
    await("completed");
    runner->finish();
    CHECK(end().how == Ending::How::kFinished);
  }
}

}  // namespace firstkey::enroll::tests
