#include "enroll/ceremony_runner.h"

#include <thread>

#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

TEST_SUITE("enroll/ceremony_runner") {
  TEST_CASE_FIXTURE(RunnerFixture, "a key with a PIN is registered, proved and done") {
    FakeKey key(key_with_pin());
    expect_whole_enrollment(key, "1234");
    start();
    await("insert_key");
    discovery.insert(key);
    await("pin_needed");
    enter_pin(pin("1234"));
    await("completed");
    runner->finish();
    const Ending ending = end();
    CHECK(ending.how == Ending::How::kFinished);
    CHECK(ending.credentials == std::vector<core::Bytes>{kMadeCredential});
    CHECK(ending.session.has_value());
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
    enter_pin(pin("123456"));
    await("completed");
    runner->finish();
    CHECK(end().how == Ending::How::kFinished);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a key that demands another PIN gets it before anything else") {
    FakeKey key(key_with_pin());
    key.facts().is_pin_change_forced = true;
    key.expect_pin_retries(8);
    key.expect_change_pin("1234", "567890");
    key.expect_credential(new_credential()).with_pin("567890");
    key.expect_assertion(new_assertion()).with_pin("567890");
    expect_registration();
    expect_proof();
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("choose_pin");
    enter_pin(pin("567890"));
    await("completed");
    runner->finish();
    CHECK(end().how == Ending::How::kFinished);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a wrong PIN is told with the attempts left, and asked again") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_credential(fails(device::ErrorCode::kPinInvalid)).with_pin("9999");
    key.expect_pin_retries(7);
    key.expect_credential(new_credential()).with_pin("1234");
    key.expect_assertion(new_assertion()).with_pin("1234");
    expect_registration();  // one challenge: it was not used up by the wrong PIN
    expect_proof();
    verifier.expect(Call::kFinish);
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("9999"));
    const NumberedEvent again = await("pin_needed");
    CHECK(std::get<PinWanted>(again.event).was_wrong);
    CHECK(std::get<PinWanted>(again.event).attempts_left == 7);
    enter_pin(pin("1234"));
    await("completed");
    runner->finish();
    CHECK(end().how == Ending::How::kFinished);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a PIN that nobody asked for changes nothing") {
    FakeKey key(key_with_pin());
    expect_whole_enrollment(key, "1234");
    start();
    await("insert_key");
    enter_pin(pin("0000"));
    decline_pin();
    discovery.insert(key);
    await("pin_needed");
    enter_pin(pin("1234"));
    await("completed");
    runner->finish();
    CHECK(end().how == Ending::How::kFinished);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a way of reaching keys that is shut is told of") {
    verifier.expect(Call::kCreationOptions);
    discovery.report({.code = device::ErrorCode::kNoReaderService, .reason = "no reader service"});
    start();
    CHECK(std::get<KeyObstructed>(await("key_obstructed").event).reason == "no reader service");
    verifier.expect(Call::kFinish);
    runner->cancel();
    (void)end();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "another key is registered over a challenge of its own") {
    FakeKey first(key_with_pin(0));
    FakeKey second(key_with_pin(1));
    const core::Bytes other{0xD1, 0xD2};
    first.expect_pin_retries(8);
    first.expect_credential(new_credential()).with_pin("1234");
    first.expect_assertion(new_assertion()).with_pin("1234");
    second.expect_pin_retries(8);
    second.expect_credential(new_credential(other)).with_pin("5678");
    second.expect_assertion(new_assertion(other)).with_pin("5678");
    for (int key = 0; key < 2; ++key) {
      expect_registration();
      expect_proof();
    }
    verifier.expect(Call::kFinish);
    discovery.insert(first);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("completed");
    runner->add_another();
    await("insert_key");
    discovery.insert(second);
    await("pin_needed");
    enter_pin(pin("5678"));
    await("completed");
    runner->finish();
    CHECK(end().credentials == std::vector<core::Bytes>{kMadeCredential, other});
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a card whose presence is used up is proved when held again") {
    FakeKey card(key_with_pin());
    card.expect_pin_retries(8);
    card.expect_credential(new_credential()).with_pin("1234");
    card.expect_assertion(fails(device::ErrorCode::kNotAllowed)).with_pin("1234");
    card.expect_pin_retries(8);
    card.expect_assertion(new_assertion());  // the silent look, without a PIN
    card.expect_assertion(new_assertion()).with_pin("1234");
    expect_registration();
    expect_proof();
    verifier.expect(Call::kFinish);
    discovery.insert(card);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("proof_needed");
    discovery.remove(card);
    discovery.insert(card);
    await("completed");
    runner->finish();
    CHECK(end().how == Ending::How::kFinished);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a PIN kept for a card is forgotten after a minute") {
    FakeKey card(key_with_pin());
    card.expect_pin_retries(8);
    card.expect_credential(new_credential()).with_pin("1234");
    card.expect_assertion(fails(device::ErrorCode::kNotAllowed)).with_pin("1234");
    card.expect_pin_retries(8);
    card.expect_assertion(new_assertion());
    card.expect_assertion(new_assertion()).with_pin("1234");
    expect_registration();
    expect_proof();
    verifier.expect(Call::kFinish);
    discovery.insert(card);
    start();
    await("pin_needed");
    enter_pin(pin("1234"));
    await("proof_needed");
    clock.advance(kPinKeptFor);
    discovery.remove(card);
    discovery.insert(card);
    await("pin_needed");
    enter_pin(pin("1234"));
    await("completed");
    runner->finish();
    CHECK(end().how == Ending::How::kFinished);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a resumed session proves the credential that awaits it") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    key.expect_assertion(new_assertion()).with_pin("1234");
    expect_proof();
    verifier.expect(Call::kFinish);
    verifier.session.unproven = {kMadeCredential};
    start();
    await("proof_needed");
    discovery.insert(key);
    await("pin_needed");
    enter_pin(pin("1234"));
    await("completed");
    runner->finish();
    CHECK(end().credentials == std::vector<core::Bytes>{kMadeCredential});
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a resumed session that goes on asks first what keys must be") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    verifier.session.unproven = {kMadeCredential};
    verifier.expect(Call::kWithdrawal);
    verifier.expect(Call::kCreationOptions);
    start();
    await("proof_needed");
    runner->give_up_proof();
    await("insert_key");
    discovery.insert(key);
    CHECK(std::get<PinWanted>(await("pin_needed").event).purpose == Purpose::kRegistration);
    runner.reset();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "events are numbered from one and carry no PIN") {
    FakeKey key(key_with_pin());
    expect_whole_enrollment(key, "73519042");
    discovery.insert(key);
    start();
    await("pin_needed");
    enter_pin(pin("73519042"));
    await("completed");
    runner->finish();
    (void)end();
    std::uint64_t expected = 0;
    for (const NumberedEvent& event : runner->events().since(0).events) {
      CHECK(event.id == ++expected);
      CHECK(to_json(event).find("73519042") == std::string::npos);
      CHECK(event.expires_at == verifier.session.expires_at);
    }
    CHECK(runner->events().since(0).is_closed);
  }

  TEST_CASE_FIXTURE(RunnerFixture, "regular work is done every half minute") {
    std::latch is_done(1);
    choices.every_half_minute = [&] { is_done.count_down(); };
    verifier.expect(Call::kCreationOptions);
    start();
    await("insert_key");
    clock.advance(std::chrono::seconds(30));
    is_done.wait();
  }

  TEST_CASE_FIXTURE(RunnerFixture, "a multi-use session's window is asked for with its options") {
    verifier.session.is_one_time = false;
    verifier.expect(Call::kCreationOptions).meanwhile([&] {
      verifier.session.expires_at += std::chrono::minutes(5);
    });
    verifier.expect(Call::kSnapshot);
    const core::Instant before = verifier.session.expires_at;
    start();
    CHECK(await("insert_key").expires_at == before + std::chrono::minutes(5));
  }
}

}  // namespace firstkey::enroll::tests
