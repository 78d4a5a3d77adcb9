// One command and its whole answer, against a card that keeps to a script.

#include "device/apdu_exchange.h"

#include <doctest/doctest.h>

#include "tests/device/scripted_card.h"

using namespace std::chrono_literals;
using firstkey::device::ApduExchange;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::CommandApdu;
using firstkey::device::ErrorCode;
using firstkey::device::ResponseApdu;
using firstkey::device::Result;
using firstkey::tests::hex;
using firstkey::tests::ScriptedCard;

namespace {

const Bytes kData{0x04};
const CommandApdu kCommand{.cla = 0x80, .ins = 0x10, .p1 = 0x80, .data = kData, .expected = 256};
constexpr const char* kCommandText = "8010800001 04 00";

Result<ResponseApdu> ask(ScriptedCard& card,
                         const CallLimits& limits = {.time_left = 10s},
                         const CommandApdu& command = kCommand) {
  firstkey::device::WakeEvent wake;
  firstkey::device::RunningCall call(limits, wake);
  firstkey::tests::ScriptedCardChannel channel(card);
  return ApduExchange(channel, wake).ask(command, call);
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_SUITE("device/apdu_exchange") {
  TEST_CASE("an answer in one piece is handed on with its status") {
    constexpr std::uint16_t kStatuses[] = {0x9000, 0x9100, 0x6A82, 0x6985, 0x6700};
    for (const auto status : kStatuses) {
      CAPTURE(status);
      ScriptedCard card;
      const auto low = static_cast<std::uint8_t>(status & 0xFFU);
      card.expect(to_bytes(kCommand), {0xAA, static_cast<std::uint8_t>(status >> 8U), low});
      CHECK(ask(card) == ResponseApdu{.data = {0xAA}, .status = status});
    }
  }

  TEST_CASE("what 61xx promises is fetched, in as many pieces as it takes") {
    ScriptedCard card;
    card.expect(kCommandText, "01 02 6100");
    card.expect("80C0000000", "03 6102");
    card.expect("80C0000002", "04 05 9000");
    CHECK(ask(card) == ResponseApdu{.data = {1, 2, 3, 4, 5}, .status = 0x9000});
  }

  TEST_CASE("a card that wants GET RESPONSE in the other class gets it, from then on") {
    for (const char* refusal : {"6E00", "6D00"}) {
      CAPTURE(refusal);
      ScriptedCard card;
      card.expect(kCommandText, "01 6101");
      card.expect("80C0000001", refusal);
      card.expect("00C0000001", "02 6101");
      card.expect("00C0000001", "03 9000");
      CHECK(ask(card) == ResponseApdu{.data = {1, 2, 3}, .status = 0x9000});
    }
  }

  TEST_CASE("an interindustry command fetches in its own class first, then in CTAP's") {
    const CommandApdu select{.ins = 0xA4, .p1 = 4, .expected = 256};
    ScriptedCard card;
    card.expect("00A4040000", "01 6101");
    card.expect("00C0000001", "6E00");
    card.expect("80C0000001", "02 9000");
    CHECK(ask(card, {.time_left = 10s}, select) == ResponseApdu{.data = {1, 2}, .status = 0x9000});
  }

  TEST_CASE("a card that wants GET RESPONSE in no class has broken its promise") {
    ScriptedCard card;
    card.expect(kCommandText, "01 6101");
    card.expect("80C0000001", "6E00");
    card.expect("00C0000001", "6E00");
    CHECK(ask(card).error().code == ErrorCode::kGarbage);
  }

  TEST_CASE("the class a card wanted is the first one tried in its next answer") {
    ScriptedCard card;
    firstkey::device::WakeEvent wake;
    const CallLimits limits{.time_left = 10s};
    firstkey::device::RunningCall call(limits, wake);
    firstkey::tests::ScriptedCardChannel channel(card);
    ApduExchange exchange(channel, wake);
    card.expect(kCommandText, "01 6101");
    card.expect("80C0000001", "6E00");
    card.expect("00C0000001", "02 9000");
    CHECK(exchange.ask(kCommand, call).has_value());
    card.expect(kCommandText, "01 6101");
    card.expect("00C0000001", "02 9000");
    CHECK(exchange.ask(kCommand, call).has_value());
  }

  TEST_CASE("a wrong length is asked again with the right one, once") {
    ScriptedCard card;
    card.expect(kCommandText, "6C05");
    card.expect("8010800001 04 05", "01 02 03 04 05 9000");
    CHECK(ask(card) == ResponseApdu{.data = {1, 2, 3, 4, 5}, .status = 0x9000});
    ScriptedCard stubborn;
    stubborn.expect(kCommandText, "6C05");
    stubborn.expect("8010800001 04 05", "6C06");
    CHECK(ask(stubborn) == ResponseApdu{.status = 0x6C06});
  }

  TEST_CASE("a wrong length while fetching is asked again too") {
    ScriptedCard card;
    card.expect(kCommandText, "01 6110");
    card.expect("80C0000010", "6C02");
    card.expect("80C0000002", "02 03 9000");
    CHECK(ask(card) == ResponseApdu{.data = {1, 2, 3}, .status = 0x9000});
  }

  TEST_CASE("a promise that is not kept is garbage") {
    ScriptedCard card;
    card.expect(kCommandText, "01 6110");
    card.expect("80C0000010", "6110");
    CHECK(ask(card).error().code == ErrorCode::kGarbage);
  }

  TEST_CASE("an answer without a whole status word is garbage") {
    for (const char* answer : {"", "90"}) {
      ScriptedCard card;
      card.expect(kCommandText, answer);
      CHECK(ask(card).error().code == ErrorCode::kGarbage);
    }
  }

  TEST_CASE("an answer of 4096 bytes is taken, one more is not") {
    for (const int last : {0, 1}) {
      CAPTURE(last);
      ScriptedCard card;
      card.expect(kCommandText, repeated("55", 256) + "6100");
      for (int i = 0; i < 14; ++i) card.expect("80C0000000", repeated("55", 256) + "6100");
      card.expect("80C0000000", repeated("55", 256 + last) + "9000");
      const auto answer = ask(card);
      if (last == 0) CHECK(answer->data.size() == 4096);
      if (last == 1) CHECK(answer.error().code == ErrorCode::kTooLarge);
    }
  }

  TEST_CASE("an extended answer beyond the longest is refused at once") {
    ScriptedCard card;
    card.expect(kCommandText, repeated("55", 4097) + "9000");
    CHECK(ask(card).error().code == ErrorCode::kTooLarge);
  }

  TEST_CASE("what the wire says is handed on") {
    for (const auto code : {ErrorCode::kGone, ErrorCode::kIo, ErrorCode::kNoReaderService}) {
      ScriptedCard card;
      card.expect_error(kCommandText, code);
      CHECK(ask(card).error().code == code);
    }
  }

  TEST_CASE("a card that never answers is left when the grace after a stop is over") {
    ScriptedCard card;
    card.expect_silence(kCommandText);
    std::stop_source stop;
    card.when_resting = [&] { stop.request_stop(); };
    const auto begin = std::chrono::steady_clock::now();
    CHECK(ask(card, {.time_left = 1h, .stop = stop.get_token()}).error().code ==
          ErrorCode::kCancelled);
    CHECK(std::chrono::steady_clock::now() - begin >= firstkey::device::kCancelGrace);
  }

  TEST_CASE("a card that never answers is left when the time and the grace are over") {
    ScriptedCard card;
    card.expect_silence(kCommandText);
    CHECK(ask(card, {.time_left = 10ms}).error().code == ErrorCode::kTimeout);
  }
}
