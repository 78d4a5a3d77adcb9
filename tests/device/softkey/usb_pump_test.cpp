// USB/IP messages, and the pump that answers them. The test is the host: it says all it has to say,
// hangs up, and reads what the device answered.

#include "device/softkey/usb_pump.h"

#include <cerrno>
#include <csignal>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "tests/device/softkey/test_key.h"

namespace {

using firstkey::device::softkey::append;
using firstkey::device::softkey::append_be32;
using firstkey::device::softkey::Bytes;
using firstkey::device::softkey::BytesView;
using firstkey::device::softkey::FileDescriptor;
using firstkey::device::softkey::HidFrontend;
using firstkey::device::softkey::kReportSize;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::OperatorInput;
using firstkey::device::softkey::read_be32;
using firstkey::device::softkey::Report;
using firstkey::device::softkey::TouchByPolicy;
using firstkey::device::softkey::TouchPolicy;
using firstkey::device::softkey::UsbipMessages;
using firstkey::device::softkey::UsbPump;
using firstkey::device::softkey::UsbSocket;
using firstkey::tests::softkey::TestKey;

constexpr std::uint32_t kOut = 0;
constexpr std::uint32_t kIn = 1;
constexpr std::size_t kHeaderSize = 48;

using Setup = std::array<std::uint8_t, 8>;
constexpr Setup kGetDeviceDescriptor{0x80, 0x06, 0x00, 0x01, 0x00, 0x00, 0x12, 0x00};
constexpr Setup kVendorRequest{0xC0, 0x01, 0, 0, 0, 0, 0x40, 0};

struct Submit {
  std::uint32_t sequence = 0;
  std::uint32_t direction = kIn;
  std::uint32_t endpoint = 0;
  std::uint32_t length = 0;
  Setup setup{};
};

Bytes submit(const Submit& fields, BytesView data = {}) {
  Bytes message;
  for (const std::uint32_t word : {1U,
                                   fields.sequence,
                                   0x10001U,
                                   fields.direction,
                                   fields.endpoint,
                                   0U,
                                   fields.length,
                                   0U,
                                   0U,
                                   0U}) {
    append_be32(message, word);
  }
  append(message, fields.setup);
  append(message, data);
  return message;
}

Bytes unlink(std::uint32_t sequence, std::uint32_t unlinked) {
  Bytes message;
  for (const std::uint32_t word : {2U, sequence, 0x10001U, 0U, 0U, unlinked}) {
    append_be32(message, word);
  }
  message.resize(kHeaderSize);
  return message;
}

/// INIT on the broadcast channel, which a key answers at once, sent out as `sequence`.
Bytes init(std::uint32_t sequence) {
  const Report report{0xFF, 0xFF, 0xFF, 0xFF, 0x86, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8};
  return submit({.sequence = sequence, .direction = kOut, .endpoint = 1, .length = kReportSize},
                report);
}

Bytes ask(std::uint32_t sequence) {
  return submit({.sequence = sequence, .direction = kIn, .endpoint = 1, .length = kReportSize});
}

/// The host's side of each time the key was plugged in.
using Wires = std::vector<FileDescriptor>;

class TestSocket final : public UsbSocket {
 public:
  explicit TestSocket(Wires& wires, Bytes script) : wires_(wires), script_(std::move(script)) {}
  std::expected<void, int> plug(FileDescriptor host_end) override {
    REQUIRE(::write(host_end.get(), script_.data(), script_.size()) ==
            static_cast<ssize_t>(script_.size()));
    wires_.push_back(std::move(host_end));
    return {};
  }

 private:
  Wires& wires_;
  Bytes script_;
};

class FullController final : public UsbSocket {
 public:
  std::expected<void, int> plug(FileDescriptor /*host_end*/) override {
    return std::unexpected(EBUSY);
  }
};

struct Answer {
  std::uint32_t command = 0;
  std::uint32_t sequence = 0;
  int status = 0;
  Bytes data;
};

struct Outcome {
  std::vector<Answer> answers;
  std::size_t times_plugged = 0;
  int power_cycles = 0;
};

std::vector<Answer> read_answers(int wire) {
  Bytes all(65'536);
  const ssize_t size = ::recv(wire, all.data(), all.size(), MSG_DONTWAIT);
  all.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  BytesView left(all);
  std::vector<Answer> answers;
  while (left.size() >= kHeaderSize) {
    Answer answer{read_be32(left),
                  read_be32(left.subspan(4)),
                  static_cast<int>(read_be32(left.subspan(20))),
                  {}};
    const std::size_t length = read_be32(left.subspan(24));
    left = left.subspan(kHeaderSize);
    if (length <= left.size() && answer.sequence % 2 == 1) {
      answer.data.assign(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(length));
      left = left.subspan(length);
    }
    answers.push_back(std::move(answer));
  }
  CHECK(left.empty());
  return answers;
}

/// Plays `script` to a key. Odd sequence numbers are the ones that ask for data.
Outcome play(Bytes script, const std::vector<int>& signals = {}) {
  sigset_t signals_before{};
  REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &signals_before) == 0);
  auto operator_input = OperatorInput::open();
  REQUIRE(operator_input.has_value());
  for (const int signal : signals) REQUIRE(::raise(signal) == 0);
  Wires wires;
  auto pump = UsbPump::plug_into(std::make_unique<TestSocket>(wires, std::move(script)),
                                 {.unplugged = Milliseconds{0}});
  REQUIRE(pump.has_value());
  if (signals.empty()) REQUIRE(::shutdown(wires.front().get(), SHUT_WR) == 0);
  TestKey key;
  TouchByPolicy touch{TouchPolicy{}};
  HidFrontend frontend(*key.authenticator, key.clock, key.random);
  pump->run(frontend, *operator_input, touch);
  pthread_sigmask(SIG_SETMASK, &signals_before, nullptr);
  return {read_answers(wires.back().get()), wires.size(), key.user.power_cycles};
}

Bytes joined(const std::vector<Bytes>& messages) {
  Bytes all;
  for (const Bytes& message : messages) append(all, message);
  return all;
}

}  // namespace

TEST_SUITE("device/softkey/usb_pump") {
  TEST_CASE("requests are cut out of whatever pieces arrive") {
    UsbipMessages messages;
    const Bytes whole = init(4);
    messages.add(BytesView(whole).first(kHeaderSize));
    CHECK_FALSE(messages.next().has_value());
    messages.add(BytesView(whole).subspan(kHeaderSize));
    const auto request = messages.next();
    REQUIRE(request.has_value());
    CHECK(request->sequence == 4);
    CHECK(request->endpoint == 1);
    CHECK(request->data.size() == kReportSize);
    CHECK_FALSE(messages.next().has_value());
  }

  TEST_CASE("a stream that is not USB/IP is given up") {
    UsbipMessages unknown_command;
    unknown_command.add(Bytes(kHeaderSize, 0x00));
    CHECK_FALSE(unknown_command.next().has_value());
    CHECK(unknown_command.is_broken());
    for (const std::uint32_t length : {65'534U, 65'535U, 65'536U}) {
      CAPTURE(length);
      UsbipMessages messages;
      messages.add(submit({.sequence = 2, .direction = kOut, .endpoint = 1, .length = length}));
      CHECK_FALSE(messages.next().has_value());
      CHECK(messages.is_broken() == (length > UsbipMessages::kMaximumData));
    }
  }

  TEST_CASE("descriptors are answered, and what the key has not is stalled") {
    const auto outcome =
        play(joined({submit({.sequence = 1, .length = 18, .setup = kGetDeviceDescriptor}),
                     submit({.sequence = 3, .length = 64, .setup = kVendorRequest}),
                     submit({.sequence = 5, .endpoint = 2, .length = 64})}));
    REQUIRE(outcome.answers.size() == 3);
    CHECK(outcome.answers[0].status == 0);
    CHECK(outcome.answers[0].data.size() == 18);
    CHECK(outcome.answers[1].status == -EPIPE);
    CHECK(outcome.answers[2].status == -EPIPE);
  }

  TEST_CASE("a report goes out, and the answer to whoever asked before or asks after") {
    for (const auto& script : {joined({ask(1), init(2)}), joined({init(2), ask(1)})}) {
      const auto outcome = play(script);
      REQUIRE(outcome.answers.size() == 2);
      CHECK(outcome.answers[0].sequence == 2);
      CHECK(outcome.answers[1].sequence == 1);
      REQUIRE(outcome.answers[1].data.size() == kReportSize);
      CHECK(outcome.answers[1].data[4] == 0x86);
    }
  }

  TEST_CASE("an ask is taken back while it waits, and too late once it was answered") {
    const auto in_time = play(joined({ask(1), unlink(2, 1)}));
    REQUIRE(in_time.answers.size() == 1);
    CHECK(in_time.answers[0].command == 4);
    CHECK(in_time.answers[0].status == -ECONNRESET);

    const auto too_late = play(unlink(2, 1));
    REQUIRE(too_late.answers.size() == 1);
    CHECK(too_late.answers[0].status == 0);
  }

  TEST_CASE("pulled out and plugged in, the key has forgotten") {
    const auto outcome = play({}, {SIGUSR2, SIGTERM});
    CHECK(outcome.times_plugged == 2);
    CHECK(outcome.power_cycles == 1);
  }

  TEST_CASE("where it cannot be plugged in, it says why") {
    const auto full = UsbPump::plug_into(std::make_unique<FullController>());
    REQUIRE_FALSE(full.has_value());
    CHECK(full.error() == EBUSY);
    const auto absent = UsbPump::open({.path = "/nonexistent"});
    REQUIRE_FALSE(absent.has_value());
    CHECK(absent.error() == ENOENT);
  }
}
