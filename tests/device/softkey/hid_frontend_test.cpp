#include "device/softkey/hid_frontend.h"

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "tests/device/softkey/test_key.h"

namespace {

using namespace firstkey::tests::softkey;  // NOLINT: the vocabulary of every test here
using firstkey::device::softkey::fragment;
using firstkey::device::softkey::HidFrontend;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::Report;
using firstkey::device::softkey::Reports;
using firstkey::device::softkey::Settings;

constexpr std::uint32_t kBroadcast = 0xFFFFFFFF;
constexpr std::uint8_t kPing = 0x81;
constexpr std::uint8_t kMsg = 0x83;
constexpr std::uint8_t kInit = 0x86;
constexpr std::uint8_t kWink = 0x88;
constexpr std::uint8_t kCbor = 0x90;
constexpr std::uint8_t kCancel = 0x91;
constexpr std::uint8_t kKeepAlive = 0xBB;
constexpr std::uint8_t kError = 0xBF;

constexpr std::uint8_t kInvalidCommand = 0x01;
constexpr std::uint8_t kInvalidLength = 0x03;
constexpr std::uint8_t kInvalidSequence = 0x04;
constexpr std::uint8_t kMessageTimeout = 0x05;
constexpr std::uint8_t kChannelBusy = 0x06;
constexpr std::uint8_t kInvalidChannel = 0x0B;

struct Message {
  std::uint32_t channel = 0;
  std::uint8_t command = 0;
  Bytes payload;

  friend bool operator==(const Message&, const Message&) = default;
};

/// Puts frames together the way a client does.
Message assemble(const Reports& reports) {
  if (reports.empty()) return {};
  const BytesView first(reports.front());
  Message message{firstkey::device::softkey::read_be32(first), first[4], {}};
  const std::size_t size = firstkey::device::softkey::read_be16(first.subspan(5));
  message.payload.assign(first.begin() + 7, first.end());
  for (const Report& report : std::span(reports).subspan(1)) {
    message.payload.insert(message.payload.end(), report.begin() + 5, report.end());
  }
  message.payload.resize(size);
  return message;
}

/// A HID key whose user answers as each test says.
class Wire {
 public:
  Message send(std::uint32_t channel, std::uint8_t command, const Bytes& payload) {
    return send_frames(fragment(channel, command, payload));
  }
  Message send_frames(const Reports& frames) {
    Reports answers;
    for (const Report& frame : frames) {
      const Reports more = frontend.receive(frame);
      answers.insert(answers.end(), more.begin(), more.end());
    }
    return assemble(answers);
  }
  std::uint32_t open_channel() {
    const Message answer = send(kBroadcast, kInit, Bytes(8, 0x11));
    REQUIRE(answer.payload.size() == 17);
    return firstkey::device::softkey::read_be32(BytesView(answer.payload).subspan(8));
  }
  Message tick_after(int milliseconds) {
    key.clock.advance(Milliseconds(milliseconds));
    return assemble(frontend.tick());
  }
  /// A selection that waits for a touch.
  void begin_waiting(std::uint32_t channel) {
    key.user.answer = Presence::kAwaited;
    REQUIRE(send(channel, kCbor, {kSelection}) == Message{channel, kKeepAlive, {2}});
  }

  TestKey key;
  HidFrontend frontend{*key.authenticator, key.clock, key.random};
};

Message error(std::uint32_t channel, std::uint8_t code) {
  return {channel, kError, {code}};
}

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

}  // namespace

TEST_SUITE("device/softkey/hid_frontend") {
  TEST_CASE("INIT on the broadcast channel allocates a channel and echoes the nonce") {
    Wire wire;
    const Bytes nonce{1, 2, 3, 4, 5, 6, 7, 8};
    const Message answer = wire.send(kBroadcast, kInit, nonce);
    CHECK(answer.channel == kBroadcast);
    REQUIRE(answer.payload.size() == 17);
    CHECK(std::ranges::equal(BytesView(answer.payload).first(8), nonce));
    CHECK(answer.payload[12] == 2);     // protocol version
    CHECK(answer.payload[16] == 0x05);  // WINK, CBOR; MSG is there unless it is said not to be
    CHECK(wire.open_channel() != wire.open_channel());
  }

  TEST_CASE("a message of any length goes there and back") {
    // One frame, its edge, two frames, their edge, and the most that sequence numbers can count.
    for (const std::size_t size : {0UL, 1UL, 56UL, 57UL, 58UL, 116UL, 117UL, 7608UL, 7609UL}) {
      CAPTURE(size);
      Wire wire;
      const auto channel = wire.open_channel();
      CHECK(wire.send(channel, kPing, counted(size)) == Message{channel, kPing, counted(size)});
    }
  }

  TEST_CASE("a length no message can have is refused") {
    Wire wire;
    const auto channel = wire.open_channel();
    Report report = fragment(channel, kPing, counted(57)).front();
    report[5] = 0x1D;
    report[6] = 0xBA;  // 7610
    CHECK(wire.send_frames({report}) == error(channel, kInvalidLength));
    CHECK(wire.send(channel, kCbor, {}) == error(channel, kInvalidLength));
    CHECK(wire.send(channel, kWink, {1}) == error(channel, kInvalidLength));
    CHECK(wire.send(kBroadcast, kInit, Bytes(7)) == error(kBroadcast, kInvalidLength));
  }

  TEST_CASE("a U2F message is answered at once, and refused by a key that has no U2F") {
    Wire wire;
    const auto channel = wire.open_channel();
    const Bytes version{0x00, 0x03, 0x00, 0x00};
    CHECK(wire.send(channel, kMsg, version) ==
          Message{channel, kMsg, {'U', '2', 'F', '_', 'V', '2', 0x90, 0x00}});
    REQUIRE(wire.key.status_of(kConfig, Map{{0x01, 0x02}}) == Status::kOk);  // alwaysUv
    CHECK(wire.send(channel, kMsg, version) == error(channel, kInvalidCommand));
    CHECK(wire.send(kBroadcast, kInit, Bytes(8)).payload[16] == 0x0D);  // WINK, CBOR, no MSG
  }

  TEST_CASE("a key that speaks U2F alone offers no CBOR and takes none") {
    TestKey key(Settings{.protocols = Settings::Protocols::kU2f});
    HidFrontend hid(*key.authenticator, key.clock, key.random);
    const Message init = assemble(hid.receive(fragment(kBroadcast, kInit, Bytes(8)).front()));
    CHECK(init.payload[16] == 0x01);  // WINK
    const auto channel = firstkey::device::softkey::read_be32(BytesView(init.payload).subspan(8));
    const auto info = fragment(channel, kCbor, Bytes{kGetInfo});
    CHECK(assemble(hid.receive(info.front())) == error(channel, kInvalidCommand));
  }

  TEST_CASE("commands it does not have are refused") {
    Wire wire;
    const auto channel = wire.open_channel();
    for (const std::uint8_t command : {std::uint8_t{0x84}, std::uint8_t{0xC2}}) {
      CAPTURE(command);
      CHECK(wire.send(channel, command, {1}) == error(channel, kInvalidCommand));
    }
  }

  TEST_CASE("only INIT is heard outside an allocated channel") {
    Wire wire;
    const auto channel = wire.open_channel();
    for (const std::uint32_t stranger : {0U, channel + 1, kBroadcast}) {
      CAPTURE(stranger);
      CHECK(wire.send(stranger, kPing, {1}) == error(stranger, kInvalidChannel));
    }
    CHECK(wire.send(channel + 1, kInit, Bytes(8)) == error(channel + 1, kInvalidChannel));
  }

  TEST_CASE("a wink is counted and answered") {
    Wire wire;
    const auto channel = wire.open_channel();
    CHECK(wire.send(channel, kWink, {}) == Message{channel, kWink, {}});
    CHECK(wire.frontend.winks() == 1);
  }

  TEST_CASE("a frame out of sequence spoils its message") {
    Wire wire;
    const auto channel = wire.open_channel();
    Reports frames = fragment(channel, kPing, counted(200));
    std::swap(frames[1], frames[2]);
    // The second of the swapped frames and the rest belong to nothing any more.
    CHECK(wire.send_frames(frames) == error(channel, kInvalidSequence));
    CHECK(wire.send(channel, kPing, {7}) == Message{channel, kPing, {7}});
  }

  TEST_CASE("a new message in the midst of another spoils both") {
    Wire wire;
    const auto channel = wire.open_channel();
    CHECK(wire.send_frames({fragment(channel, kPing, counted(100)).front()}) == Message{});
    CHECK(wire.send(channel, kPing, {7}) == error(channel, kInvalidSequence));
    CHECK(wire.send(channel, kPing, {7}) == Message{channel, kPing, {7}});
  }

  TEST_CASE("INIT on a channel of its own makes it start afresh") {
    Wire wire;
    const auto channel = wire.open_channel();
    CHECK(wire.send_frames({fragment(channel, kPing, counted(100)).front()}) == Message{});
    const Message answer = wire.send(channel, kInit, Bytes(8, 0x22));
    CHECK(firstkey::device::softkey::read_be32(BytesView(answer.payload).subspan(8)) == channel);
    CHECK(wire.send(channel, kPing, {7}) == Message{channel, kPing, {7}});
  }

  TEST_CASE("half a message is dropped when the rest does not come") {
    struct Case {
      const char* name;
      int after;
      Message expected;
    };
    Wire probe;
    const auto channel = probe.open_channel();
    for (const auto& [name, after, expected] :
         {Case{"just before", 2999, {}},
          Case{"at the limit", 3000, error(channel, kMessageTimeout)},
          Case{"just after", 3001, error(channel, kMessageTimeout)}}) {
      CAPTURE(name);
      Wire wire;
      REQUIRE(wire.open_channel() == channel);
      CHECK(wire.send_frames({fragment(channel, kPing, counted(100)).front()}) == Message{});
      CHECK(wire.tick_after(after) == expected);
      CHECK(wire.frontend.is_busy() == (expected == Message{}));
    }
  }

  TEST_CASE("a message whose frames all come in time is never too slow") {
    Wire wire;
    const auto channel = wire.open_channel();
    const Reports frames = fragment(channel, kPing, counted(200));
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
      CHECK(wire.send_frames({frames[i]}) == Message{});
      CHECK(wire.tick_after(2999) == Message{});
    }
    CHECK(assemble(wire.frontend.receive(frames.back())) == Message{channel, kPing, counted(200)});
  }

  TEST_CASE("a CBOR request is answered by the authenticator") {
    Wire wire;
    const auto channel = wire.open_channel();
    const Message answer = wire.send(channel, kCbor, {kGetInfo});
    CHECK(answer.command == kCbor);
    CHECK(read_answer(answer.payload).get<Bytes>(0x03).size() == 16);
    CHECK(wire.send(channel, kCbor, {0x7E}) == Message{channel, kCbor, {0x01}});
  }

  TEST_CASE("while the user is awaited, a keep-alive goes out every 100 ms") {
    Wire wire;
    const auto channel = wire.open_channel();
    wire.begin_waiting(channel);
    const Message keep_alive{channel, kKeepAlive, {2}};
    CHECK(wire.tick_after(99) == Message{});
    CHECK(wire.tick_after(1) == keep_alive);
    CHECK(wire.tick_after(101) == keep_alive);
    wire.key.user.answer = Presence::kGranted;
    CHECK(wire.tick_after(1) == Message{channel, kCbor, {0x00}});
    CHECK_FALSE(wire.frontend.is_busy());
  }

  TEST_CASE("while one channel works, others hear that the key is busy") {
    Wire wire;
    const auto channel = wire.open_channel();
    const auto other = wire.open_channel();
    wire.begin_waiting(channel);
    CHECK(wire.send(other, kPing, {1}) == error(other, kChannelBusy));
    CHECK(wire.send(channel, kPing, {1}) == error(channel, kChannelBusy));
    CHECK(wire.send(kBroadcast, kInit, Bytes(8)).command == kInit);
    wire.key.user.answer = Presence::kGranted;
    CHECK(wire.tick_after(1) == Message{channel, kCbor, {0x00}});
    CHECK(wire.send(other, kPing, {1}) == Message{other, kPing, {1}});
  }

  TEST_CASE("while one channel sends, others hear that the key is busy and do not disturb it") {
    Wire wire;
    const auto channel = wire.open_channel();
    const auto other = wire.open_channel();
    const Reports frames = fragment(channel, kPing, counted(100));
    CHECK(wire.send_frames({frames[0]}) == Message{});
    CHECK(wire.send(other, kPing, {1}) == error(other, kChannelBusy));
    CHECK(wire.send_frames({fragment(other, kPing, counted(100))[1]}) == Message{});
    CHECK(wire.frontend.receive(frames[1]) == fragment(channel, kPing, counted(100)));
  }

  TEST_CASE("CANCEL ends the wait of its own channel and is ignored otherwise") {
    Wire wire;
    const auto channel = wire.open_channel();
    const auto other = wire.open_channel();
    CHECK(wire.send(channel, kCancel, {}) == Message{});
    wire.begin_waiting(channel);
    CHECK(wire.send(other, kCancel, {}) == Message{});
    CHECK(wire.send(channel, kCancel, {}) == Message{channel, kCbor, {0x2D}});
    CHECK(wire.send(channel, kPing, {1}) == Message{channel, kPing, {1}});
  }

  TEST_CASE("INIT on the working channel ends its wait without an answer") {
    Wire wire;
    const auto channel = wire.open_channel();
    wire.begin_waiting(channel);
    CHECK(wire.send(channel, kInit, Bytes(8)).command == kInit);
    CHECK_FALSE(wire.key.authenticator->is_awaiting_user());
    CHECK(wire.tick_after(200) == Message{});
  }

  TEST_CASE("the channel allocated longest ago gives way when all are taken") {
    Wire wire;
    const auto first = wire.open_channel();
    const auto second = wire.open_channel();
    for (std::size_t i = 2; i < HidFrontend::kMaximumChannels; ++i) (void)wire.open_channel();
    CHECK(wire.send(first, kPing, {1}).command == kPing);
    (void)wire.open_channel();
    CHECK(wire.send(first, kPing, {1}) == error(first, kInvalidChannel));
    CHECK(wire.send(second, kPing, {1}).command == kPing);
  }

  TEST_CASE("unplugging forgets channels, half messages and the request under way") {
    Wire wire;
    const auto channel = wire.open_channel();
    wire.begin_waiting(channel);
    wire.frontend.power_cycle();
    CHECK_FALSE(wire.frontend.is_busy());
    CHECK(wire.send(channel, kPing, {1}) == error(channel, kInvalidChannel));
    CHECK(wire.key.user.power_cycles == 1);
  }
}
