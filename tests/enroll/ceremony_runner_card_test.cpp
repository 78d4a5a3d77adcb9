// Cards on readers: held, lifted, held again, and left lying for the next person.

#include "enroll/ceremony_runner.h"
#include "tests/enroll/runner_fixture.h"

namespace firstkey::enroll::tests {

namespace {

/// A card that has made its credential and has to be lifted and held again for its proof.
struct CardFixture : RunnerFixture {
  FakeKey card{card_with_pin()};

  ~CardFixture() { runner.reset(); }  // before its card
  void reach_lifting() {
    expect_registration();
    verifier.expect(Call::kProofOptions);
    verifier.aaguid = core::Bytes(16, 0xAA);
    card.expect_pin_retries(8);
    card.expect_credential(new_credential()).with_pin("1234");
    card.expect_assertion(fails(device::ErrorCode::kNotAllowed)).with_pin("1234");
    start();
    await("insert_key");
    discovery.insert(card);
    await("pin_needed");
    enter_pin(pin("1234"));
    await("proof_needed");
  }
  void expect_return_without_answer_to_silent_look() {
    card.expect_pin_retries(8);
    card.expect_assertion(fails(device::ErrorCode::kNoCredentials));
  }
};

}  // namespace

TEST_SUITE("enroll/ceremony_runner_card") {
  TEST_CASE_FIXTURE(CardFixture, "a card that tells nothing before its PIN is asked for it once") {
    reach_lifting();
    expect_return_without_answer_to_silent_look();
    card.expect_assertion(new_assertion()).with_pin("1234");
    verifier.expect(Call::kProof);
    hold_again(card);
    await("completed");
    CHECK(told().find("pin_needed") == told().rfind("pin_needed"));
  }

  TEST_CASE_FIXTURE(CardFixture, "a card that does not take the kept PIN is asked for its own") {
    reach_lifting();
    expect_return_without_answer_to_silent_look();
    card.expect_assertion(fails(device::ErrorCode::kPinInvalid)).with_pin("1234");
    card.expect_pin_retries(7);
    hold_again(card);
    CHECK(std::get<PinWanted>(await("pin_needed").event).attempts_left == 7);
  }

  TEST_CASE_FIXTURE(CardFixture, "another card of the same model keeps its attempts") {
    FakeKey other(card_with_pin());
    other.facts().remaining_discoverable_credentials = 7;
    reach_lifting();
    other.expect_pin_retries(8);
    other.expect_assertion(fails(device::ErrorCode::kNoCredentials));
    discovery.remove(card);
    discovery.insert(other);
    CHECK_FALSE(std::get<PinWanted>(await("pin_needed").event).was_wrong);
    runner.reset();
  }

  TEST_CASE_FIXTURE(CardFixture,
                    "unattended, a card is given up to the window's end to come back") {
    choices.longest_wait_for_key = std::chrono::seconds(30);
    reach_lifting();
    clock.advance(std::chrono::minutes(9));
    card.expect_pin_retries(8);
    card.expect_assertion(new_assertion());  // the silent look; its PIN was kept for a minute only
    hold_again(card);
    await("pin_needed");
  }

  TEST_CASE_FIXTURE(CardFixture, "unattended, a tap that was used up is waited for as long") {
    choices.longest_wait_for_key = std::chrono::seconds(30);
    verifier.expect(Call::kCreationOptions);
    card.expect_pin_retries(8);
    card.expect_credential(fails(device::ErrorCode::kNotAllowed)).with_pin("1234");
    start();
    await("insert_key");
    discovery.insert(card);
    await("pin_needed");
    enter_pin(pin("1234"));
    await("present_again");
    clock.advance(std::chrono::minutes(9));
    card.expect_pin_retries(8);
    hold_again(card);
    await("pin_needed");
  }

  TEST_CASE_FIXTURE(CardFixture, "a card left lying by the person before has to be held again") {
    discovery.insert(card);
    verifier.expect(Call::kCreationOptions);
    start();
    await("insert_key");
    CHECK(told() == "present_again insert_key");
    CHECK(card.open_handles() == 0);
    card.expect_pin_retries(8);
    hold_again(card);
    await("pin_needed");
  }

  TEST_CASE_FIXTURE(CardFixture, "a card that the operator names may be used where it lies") {
    choices.lying_cards = LyingCards::kUse;
    discovery.insert(card);
    verifier.expect(Call::kCreationOptions);
    card.expect_pin_retries(8);
    start();
    await("pin_needed");
    CHECK(told().find("present_again") == std::string::npos);
  }

  TEST_CASE_FIXTURE(CardFixture, "one tap does not serve two sessions") {
    verifier.expect(Call::kCreationOptions);
    card.expect_pin_retries(8);
    start();
    await("insert_key");
    discovery.insert(card);
    await("pin_needed");
    runner.reset();  // the first person leaves; the card stays
    verifier.expect(Call::kCreationOptions);
    last_seen = 0;
    start();
    await("present_again");
    await("insert_key");
    CHECK(card.open_handles() == 0);
  }

  TEST_CASE_FIXTURE(RunnerFixture,
                    "a key that was on USB before the session is used: it is touched") {
    FakeKey key(key_with_pin());
    key.expect_pin_retries(8);
    discovery.insert(key);
    verifier.expect(Call::kCreationOptions);
    start();
    await("pin_needed");
    CHECK(told() == "key_inserted pin_needed");
    runner.reset();
  }
}

}  // namespace firstkey::enroll::tests
