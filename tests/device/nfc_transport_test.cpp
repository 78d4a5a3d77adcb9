// CTAP over APDUs, against a card that keeps to a script. Source: CTAP 2.1 §11.3.

#include "device/nfc_transport.h"

#include <doctest/doctest.h>

#include "tests/device/scripted_card.h"

using namespace std::chrono_literals;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::ErrorCode;
using firstkey::device::KeepAlive;
using firstkey::device::NfcTransport;
using firstkey::device::Result;
using firstkey::device::RunningCall;
using firstkey::tests::hex;
using firstkey::tests::ScriptedCard;

namespace {

constexpr const char* kSelect = "00A4040008 A0000006472F0001 00";
constexpr const char* kGetInfo = "8010800001 04 00";
constexpr const char* kPoll = "8011000000";
constexpr const char* kStop = "8011110000";
const Bytes kRequest{0x04};
const Bytes kAnswer{0x00, 0xA0};

/// `message`, of 241 to 480 bytes, in two blocks.
void expect_chain(ScriptedCard& card, firstkey::device::BytesView message) {
  card.expect(firstkey::device::to_bytes(
                  {.cla = 0x90, .ins = 0x10, .p1 = 0x80, .data = message.first(240)}),
              hex("9000"));
  card.expect(
      firstkey::device::to_bytes(
          {.cla = 0x80, .ins = 0x10, .p1 = 0x80, .data = message.subspan(240), .expected = 256}),
      hex("00A09000"));
}

/// A transport over a script, and the call that bounds it.
struct Bench {
  explicit Bench(ScriptedCard& card, CallLimits call_limits = {.time_left = 10s})
      : limits(std::move(call_limits)), channel(card) {}

  Result<Bytes> message(const Bytes& request = kRequest) {
    if (auto begun = transport.begin(request, call); !begun) return std::unexpected(begun.error());
    return transport.finish(call);
  }

  CallLimits limits;
  firstkey::device::WakeEvent wake;
  RunningCall call{limits, wake};
  firstkey::tests::ScriptedCardChannel channel;
  NfcTransport transport{channel, wake};
};

}  // namespace

TEST_SUITE("device/nfc_transport") {
  TEST_CASE("select takes every name that FIDO applets give themselves") {
    const struct {
      std::string answer;
      std::string version;
    } cases[] = {{"553246 5F5632 9000", "U2F_V2"},
                 {"4649444F5F325F30 9000", "FIDO_2_0"},
                 {"4649444F5F325F31 9000", "FIDO_2_1"},
                 {"4649444F5F325F315F505245 9000", "FIDO_2_1_PRE"},
                 {"9000", ""}};
    for (const auto& [answer, version] : cases) {
      ScriptedCard card;
      card.expect(kSelect, answer);
      Bench bench(card);
      CHECK(bench.transport.select(bench.call) == version);
    }
  }

  TEST_CASE("a card without the applet is told by its status word, or by another name") {
    for (const char* answer : {"6A82", "6A81", "6D00", "6E00", "6700", "6F0A9000", "6A86"}) {
      CAPTURE(answer);
      ScriptedCard card;
      card.expect(kSelect, answer);
      Bench bench(card);
      CHECK(bench.transport.select(bench.call).error().code == ErrorCode::kNoApplet);
    }
  }

  TEST_CASE("a card that is not ready is asked five times, and a ready one is taken") {
    const struct {
      std::string not_ready;
      ErrorCode code;
    } cases[] = {
        {"6283", ErrorCode::kIo}, {"6985", ErrorCode::kIo}, {"6F00", ErrorCode::kNoApplet}};
    for (const auto& [not_ready, code] : cases) {
      CAPTURE(not_ready);
      ScriptedCard card;
      for (int i = 0; i < 4; ++i) card.expect(kSelect, not_ready);
      card.expect(kSelect, "9000");
      Bench bench(card);
      CHECK(bench.transport.select(bench.call) == "");
      CHECK(card.rests == 4);
      for (int i = 0; i < 5; ++i) card.expect(kSelect, not_ready);
      CHECK(bench.transport.select(bench.call).error().code == code);
    }
  }

  TEST_CASE(
      "a message of 240 bytes is one block, of 241 two, and only the last expects an answer") {
    const Bytes message(241, 0x55);
    const firstkey::device::BytesView view(message);
    ScriptedCard card;
    Bench bench(card);
    card.expect(
        firstkey::device::to_bytes(
            {.cla = 0x80, .ins = 0x10, .p1 = 0x80, .data = view.first(240), .expected = 256}),
        hex("00A09000"));
    CHECK(bench.message(Bytes(240, 0x55)) == kAnswer);
    card.expect(
        firstkey::device::to_bytes({.cla = 0x90, .ins = 0x10, .p1 = 0x80, .data = view.first(240)}),
        hex("9000"));
    card.expect("8010800001 55 00", "00A09000");
    CHECK(bench.message(message) == kAnswer);
  }

  TEST_CASE("a card that takes no chain gets the message whole, in extended form") {
    const Bytes message(300, 0x55);
    const firstkey::device::BytesView view(message);
    for (const char* refusal : {"6884", "6883", "6E00"}) {
      CAPTURE(refusal);
      ScriptedCard card;
      card.expect(firstkey::device::to_bytes(
                      {.cla = 0x90, .ins = 0x10, .p1 = 0x80, .data = view.first(240)}),
                  hex(refusal));
      card.expect(firstkey::device::to_bytes(
                      {.cla = 0x80, .ins = 0x10, .p1 = 0x80, .data = view, .expected = 65536}),
                  hex("00A09000"));
      Bench bench(card);
      CHECK(bench.message(message) == kAnswer);
    }
  }

  TEST_CASE("a reader that passes extended length gets a long message whole, a short one short") {
    const Bytes message(256, 0x55);
    ScriptedCard card;
    card.connection.longest_data = 256;
    Bench bench(card);
    card.expect(firstkey::device::to_bytes(
                    {.cla = 0x80, .ins = 0x10, .p1 = 0x80, .data = message, .expected = 65536}),
                hex("00A09000"));
    CHECK(bench.message(message) == kAnswer);
    card.expect(kGetInfo, "00A09000");
    CHECK(bench.message() == kAnswer);
  }

  TEST_CASE("a message beyond what the reader passes goes in a chain") {
    const Bytes message(257, 0x55);
    ScriptedCard card;
    card.connection.longest_data = 256;
    Bench bench(card);
    expect_chain(card, message);
    CHECK(bench.message(message) == kAnswer);
  }

  TEST_CASE("a card or reader that refuses extended length gets a chain, now and later") {
    const Bytes message(300, 0x55);
    const auto whole = firstkey::device::to_bytes(
        {.cla = 0x80, .ins = 0x10, .p1 = 0x80, .data = message, .expected = 65536});
    for (const char* refusal : {"6700", "6E00", "6D00", "reader"}) {
      CAPTURE(refusal);
      ScriptedCard card;
      card.connection.longest_data = 65535;
      const bool is_reader = refusal == std::string_view("reader");
      if (is_reader) card.expect_error(firstkey::tests::to_hex(whole), ErrorCode::kTooLarge);
      if (!is_reader) card.expect(whole, hex(refusal));
      expect_chain(card, message);
      expect_chain(card, message);
      Bench bench(card);
      CHECK(bench.message(message) == kAnswer);
      CHECK(bench.message(message) == kAnswer);
    }
  }

  TEST_CASE("what became of a message that got lost is not known: it is not sent again") {
    const Bytes message(300, 0x55);
    ScriptedCard card;
    card.connection.longest_data = 65535;
    card.expect_error(
        firstkey::tests::to_hex(firstkey::device::to_bytes(
            {.cla = 0x80, .ins = 0x10, .p1 = 0x80, .data = message, .expected = 65536})),
        ErrorCode::kIo);
    Bench bench(card);
    CHECK(bench.message(message).error().code == ErrorCode::kIo);
  }

  TEST_CASE("a chain that is refused in the middle is not continued") {
    const Bytes message(500, 0x55);
    ScriptedCard card;
    card.expect(
        firstkey::device::to_bytes({.cla = 0x90,
                                    .ins = 0x10,
                                    .p1 = 0x80,
                                    .data = firstkey::device::BytesView(message).first(240)}),
        hex("6700"));
    Bench bench(card);
    CHECK(bench.message(message).error().code == ErrorCode::kTooLarge);
  }

  TEST_CASE("a busy card is asked every 100 ms until it answers, and what it says is told") {
    ScriptedCard card;
    card.expect(kGetInfo, "01 9100");
    card.expect(kPoll, "02 9100");
    card.expect(kPoll, "02 9100");
    card.expect(kPoll, "9100");
    card.expect(kPoll, "00A0 9000");
    std::vector<KeepAlive> heard;
    Bench bench(
        card, {.time_left = 10s, .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }});
    CHECK(bench.message() == kAnswer);
    CHECK(heard == std::vector{KeepAlive::kProcessing,
                               KeepAlive::kUserPresenceNeeded,
                               KeepAlive::kProcessing});
    CHECK(card.rested == 4 * firstkey::device::kPollInterval);
  }

  TEST_CASE("a stop is told to the card, which answers that it has stopped") {
    ScriptedCard card;
    card.expect(kGetInfo, "02 9100");
    card.expect(kStop, "2D 9000");
    std::stop_source stop;
    card.when_resting = [&] { stop.request_stop(); };
    Bench bench(card, {.time_left = 10s, .stop = stop.get_token()});
    CHECK(bench.message() == Bytes{0x2D});
    CHECK(bench.call.is_in_grace());
  }

  TEST_CASE("a card that is told to stop once, and needs time for it, is asked on") {
    for (const char* told : {"02 9100", "9000", "6D00", "6A86"}) {
      CAPTURE(told);
      ScriptedCard card;
      card.expect(kGetInfo, "02 9100");
      card.expect(kStop, told);
      card.expect(kPoll, "2D 9000");
      std::stop_source stop;
      card.when_resting = [&] { stop.request_stop(); };
      Bench bench(card, {.time_left = 10s, .stop = stop.get_token()});
      CHECK(bench.message() == Bytes{0x2D});
    }
  }

  TEST_CASE("a card that does not stop is left when the grace is over") {
    ScriptedCard card;
    card.expect(kGetInfo, "02 9100");
    card.expect(kStop, "02 9100");
    Bench bench(card, {.time_left = 0ms});
    card.when_resting = [&] {
      while (card.rests == 2 && !bench.call.is_grace_over()) std::this_thread::yield();
    };
    CHECK(bench.message().error().code == ErrorCode::kTimeout);
  }

  TEST_CASE("status words at the end are told apart") {
    const struct {
      std::string answer;
      ErrorCode code;
    } cases[] = {{"6D00", ErrorCode::kUnsupportedCommand},
                 {"6E00", ErrorCode::kUnsupportedCommand},
                 {"6A81", ErrorCode::kUnsupportedCommand},
                 {"6985", ErrorCode::kNotAllowed},
                 {"6982", ErrorCode::kNotAllowed},
                 {"6700", ErrorCode::kTooLarge},
                 {"6F00", ErrorCode::kGarbage},
                 {"9000", ErrorCode::kGarbage},
                 {"00 BA10000000 9000", ErrorCode::kGarbage},
                 {"00 A000 9000", ErrorCode::kGarbage}};
    for (const auto& [answer, code] : cases) {
      CAPTURE(answer);
      ScriptedCard card;
      card.expect(kGetInfo, answer);
      Bench bench(card);
      CHECK(bench.message().error().code == code);
    }
  }

  TEST_CASE("a cancellation with nothing at work sends nothing") {
    ScriptedCard card;
    Bench bench(card);
    CHECK(bench.transport.cancel(bench.call).has_value());
  }

  TEST_CASE("whether a card speaks CTAP 2 is told by how it takes getInfo") {
    const struct {
      std::string answer;
      bool is_ctap2;
    } cases[] = {
        {"00A0 9000", true}, {"01 9000", true}, {"6D00", false}, {"6E00", false}, {"6985", false}};
    for (const auto& [answer, is_ctap2] : cases) {
      CAPTURE(answer);
      ScriptedCard card;
      card.expect(kGetInfo, answer);
      Bench bench(card);
      CHECK(bench.transport.is_ctap2(bench.call) == is_ctap2);
    }
  }

  TEST_CASE("letting the applet go is told, and needs no answer") {
    ScriptedCard card;
    card.expect("80120100", "6D00");
    Bench bench(card);
    bench.transport.deselect(bench.call);
  }
}
