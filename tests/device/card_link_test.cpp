// The real libfido2 over our own transport, against a card that keeps to a script.

#include "device/card_link.h"

#include <doctest/doctest.h>

#include "device/fido2_authenticator.h"
#include "tests/device/scripted_card.h"

using namespace std::chrono_literals;
using firstkey::device::Authenticator;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::CardEnding;
using firstkey::device::CardLink;
using firstkey::device::ErrorCode;
using firstkey::device::Fido2Authenticator;
using firstkey::device::KeepAlive;
using firstkey::device::Result;
using firstkey::tests::ScriptedCard;

namespace {

const CallLimits kPlenty{.time_left = 10s};
constexpr const char* kSelect = "00A4040008 A0000006472F0001 00";
constexpr const char* kFido20 = "4649444F5F325F30 9000";
constexpr const char* kU2fV2 = "5532465F5632 9000";
constexpr const char* kGetInfo = "8010800001 04 00";
/// {1: ["FIDO_2_0"], 3: zeros, 4: {"clientPin": true}, 6: [1]}
constexpr const char* kInfo =
    "00 A4 01 81 68 4649444F5F325F30 03 50 00000000000000000000000000000000"
    "04 A1 69 636C69656E7450696E F5 06 81 01 9000";
/// clientPIN, protocol 1, getPINRetries
constexpr const char* kGetRetries = "8010800006 06A201010201 00";
constexpr const char* kFiveRetries = "00 A1 03 05 9000";
constexpr const char* kDeselect = "80120100";

Result<std::unique_ptr<Authenticator>> open(ScriptedCard& card,
                                            const CallLimits& limits = kPlenty) {
  return Fido2Authenticator::open(std::make_unique<CardLink>(card.opener(), [] {}),
                                  {.path = "ccid:A reader 00 00", .is_chosen_by_placing = true},
                                  limits);
}

/// libfido2 asks getInfo when it opens the key, and we ask for what it does not keep.
void expect_opening(ScriptedCard& card) {
  card.expect(kSelect, kFido20);
  card.expect(kGetInfo, kInfo);
  card.expect(kGetInfo, kInfo);
}

}  // namespace

TEST_SUITE("device/card_link") {
  TEST_CASE("a card is opened, asked, and powered down at the end") {
    ScriptedCard card;
    expect_opening(card);
    card.expect(kGetRetries, kFiveRetries);
    card.expect(kDeselect, "9000");
    {
      const auto key = open(card);
      REQUIRE_MESSAGE(key.has_value(), key.error().detail);
      CHECK(key.value()->facts().is_fido2);
      CHECK(key.value()->pin_retries(kPlenty) == 5);
      CHECK(card.ending == CardEnding::kLeave);
    }
    CHECK(card.ending == CardEnding::kPowerDown);
    CHECK(card.opened == 1);
  }

  TEST_CASE("a card is chosen by being held there: no touch is asked for") {
    ScriptedCard card;
    expect_opening(card);
    card.expect(kDeselect, "9000");
    const auto key = open(card);
    REQUIRE(key.has_value());
    CHECK(key.value()->wait_for_touch(kPlenty).has_value());
  }

  TEST_CASE("U2F_V2 is asked whether it knows CTAP 2 as well") {
    ScriptedCard both;
    both.expect(kSelect, kU2fV2);
    for (int i = 0; i < 3; ++i) both.expect(kGetInfo, kInfo);
    both.expect(kDeselect, "9000");
    CHECK(open(both).value()->facts().is_fido2);
    ScriptedCard old;
    old.expect(kSelect, kU2fV2);
    old.expect(kGetInfo, "6D00");
    old.expect(kDeselect, "6D00");
    CHECK_FALSE(open(old).value()->facts().is_fido2);
  }

  TEST_CASE("a card without the applet does not open") {
    ScriptedCard card;
    card.expect(kSelect, "6A82");
    CHECK(open(card).error().code == ErrorCode::kNoApplet);
  }

  TEST_CASE("a getInfo that cannot be read is an error, never U2F") {
    // A card that broke the protocol is not spoken to again.
    const struct {
      std::string name;
      std::string answer;
      ErrorCode code;
      bool is_deselected;
    } answers[] = {{"nothing but a status", "00 9000", ErrorCode::kGarbage, true},
                   {"no CBOR", "00 FF 9000", ErrorCode::kGarbage, false},
                   {"a map of 2^28 members", "00 BA10000000 9000", ErrorCode::kGarbage, false},
                   {"an error status", "01 9000", ErrorCode::kUnsupportedCommand, true},
                   {"a refusal", "6D00", ErrorCode::kUnsupportedCommand, false}};
    for (const auto& [name, answer, code, is_deselected] : answers) {
      CAPTURE(name);
      ScriptedCard card;
      card.expect(kSelect, kFido20);
      card.expect(kGetInfo, answer);
      if (is_deselected) card.expect(kDeselect, "9000");
      CHECK(open(card).error().code == code);
      CHECK(card.ending == CardEnding::kPowerDown);
    }
  }

  TEST_CASE("keep-alives of a card reach the caller") {
    ScriptedCard card;
    expect_opening(card);
    card.expect(kGetRetries, "02 9100");
    card.expect("8011000000", kFiveRetries);
    card.expect(kDeselect, "9000");
    const auto key = open(card);
    REQUIRE(key.has_value());
    std::vector<KeepAlive> heard;
    CHECK(key.value()->pin_retries({.time_left = 10s, .on_keep_alive = [&](KeepAlive said) {
                                      heard.push_back(said);
                                    }}) == 5);
    CHECK(heard == std::vector{KeepAlive::kUserPresenceNeeded});
  }

  TEST_CASE("a stop tells the card; it is usable afterwards, over the same connection") {
    ScriptedCard card;
    expect_opening(card);
    card.expect(kGetRetries, "02 9100");
    card.expect("8011110000", "2D 9000");
    card.expect(kGetRetries, kFiveRetries);
    card.expect(kDeselect, "9000");
    const auto key = open(card);
    REQUIRE(key.has_value());
    std::stop_source stop;
    card.when_resting = [&] { stop.request_stop(); };
    CHECK(key.value()->pin_retries({.time_left = 10s, .stop = stop.get_token()}).error().code ==
          ErrorCode::kCancelled);
    CHECK(key.value()->pin_retries(kPlenty) == 5);
    CHECK(card.opened == 1);
  }

  TEST_CASE("a card reset by another program is connected anew, and the command repeated") {
    ScriptedCard card;
    expect_opening(card);
    card.expect_reset(kGetRetries);
    card.expect(kSelect, kFido20);
    card.expect(kGetRetries, kFiveRetries);
    card.expect(kDeselect, "9000");
    const auto key = open(card);
    REQUIRE(key.has_value());
    CHECK(key.value()->pin_retries(kPlenty) == 5);
    CHECK(card.opened == 2);
  }

  TEST_CASE("a card reset while it worked is not asked twice for what it may have done") {
    ScriptedCard card;
    expect_opening(card);
    card.expect(kGetRetries, "01 9100");
    card.expect_reset("8011000000");
    expect_opening(card);
    card.expect(kGetRetries, kFiveRetries);
    card.expect(kDeselect, "9000");
    const auto key = open(card);
    REQUIRE(key.has_value());
    CHECK(key.value()->pin_retries(kPlenty).error().code == ErrorCode::kIo);
    CHECK(key.value()->pin_retries(kPlenty) == 5);
  }

  TEST_CASE("a card that was lifted is gone, and stays gone") {
    ScriptedCard card;
    expect_opening(card);
    card.expect_error(kGetRetries, ErrorCode::kGone);
    const auto key = open(card);
    REQUIRE(key.has_value());
    CHECK(key.value()->pin_retries(kPlenty).error().code == ErrorCode::kGone);
    CHECK(key.value()->is_gone());
    CHECK(key.value()->pin_retries(kPlenty).error().code == ErrorCode::kGone);
  }

  TEST_CASE("a card that does not answer is left within the grace, and connected anew") {
    ScriptedCard card;
    expect_opening(card);
    card.expect_silence(kGetRetries);
    expect_opening(card);
    card.expect(kGetRetries, kFiveRetries);
    card.expect(kDeselect, "9000");
    const auto key = open(card);
    REQUIRE(key.has_value());
    CHECK(key.value()->pin_retries({.time_left = 10ms}).error().code == ErrorCode::kTimeout);
    CHECK(key.value()->pin_retries(kPlenty) == 5);
    CHECK(card.opened == 2);
  }

  TEST_CASE("an answer longer than libfido2 takes for this command is told as too large") {
    ScriptedCard card;
    expect_opening(card);
    // {1: 2060 bytes}: clientPIN's answers have 2048 at most.
    Bytes answer{0x00, 0xA1, 0x01, 0x59, 0x08, 0x0C};
    answer.resize(answer.size() + 2060);
    answer.insert(answer.end(), {0x90, 0x00});
    card.expect(firstkey::tests::hex(kGetRetries), answer);
    const auto key = open(card);
    REQUIRE(key.has_value());
    CHECK(key.value()->pin_retries(kPlenty).error().code == ErrorCode::kTooLarge);
  }
}
