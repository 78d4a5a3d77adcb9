#include "device/simulator_wire.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <utility>

#include "device/udp_channel.h"

namespace firstkey::device {

namespace {

using Clock = std::chrono::steady_clock;

/// A simulator that lives answers in a millisecond; a machine under load may take it this long.
constexpr std::chrono::milliseconds kAnswerPatience{1000};

// Source: CTAP 2.1 §11.2.4 and §11.2.9.1.
constexpr std::size_t kCommandOffset = 4;
constexpr std::size_t kSizeOffset = 6;  // the low byte of two: no message here is longer
constexpr std::size_t kPayloadOffset = 7;
constexpr std::uint8_t kCommandPing = 0x81;
constexpr std::uint8_t kCommandInit = 0x86;
constexpr std::uint8_t kCommandError = 0xBF;
constexpr std::uint8_t kErrorInvalidChannel = 0x0B;
constexpr std::array<std::uint8_t, 4> kBroadcast{0xFF, 0xFF, 0xFF, 0xFF};
constexpr std::size_t kNonceSize = 8;

HidFrame to_frame(std::span<const std::uint8_t> channel,
                  std::uint8_t command,
                  std::span<const std::uint8_t> payload) {
  HidFrame frame{};
  std::ranges::copy(channel, frame.begin());
  frame[kCommandOffset] = command;
  frame[kSizeOffset] = static_cast<std::uint8_t>(payload.size());
  std::ranges::copy(payload, frame.begin() + kPayloadOffset);
  return frame;
}

bool is_on(const HidFrame& frame, std::span<const std::uint8_t> channel) {
  return std::ranges::equal(std::span(frame).first<4>(), channel);
}

bool says_invalid_channel(const HidFrame& frame) {
  return frame[kCommandOffset] == kCommandError && frame[kPayloadOffset] == kErrorInvalidChannel;
}

/// Sends `question` and waits for the frame that is the answer. Nothing: none came.
std::optional<HidFrame> ask(FrameChannel& channel,
                            const WakeEvent& wake,
                            const HidFrame& question,
                            const std::function<bool(const HidFrame&)>& is_answer) {
  if (!channel.write(question)) return std::nullopt;
  const auto deadline = Clock::now() + kAnswerPatience;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    // A wait that was woken reads nothing either: then nobody wants to know any more.
    if (left.count() <= 0 || wake.is_signalled()) return std::nullopt;
    const auto frame = channel.read(left, wake);
    if (!frame) return std::nullopt;
    if (frame.value() && is_answer(*frame.value())) return frame.value();
  }
}

}  // namespace

/// Holds the reply port, and counts as long as it does.
class LeasedChannel final : public FrameChannel {
 public:
  /// The caller holds the turn.
  LeasedChannel(std::shared_ptr<SimulatorWire> wire, std::unique_ptr<FrameChannel> channel)
      : wire_(std::move(wire)), channel_(std::move(channel)) {
    ++wire_->open_channels_;
  }
  ~LeasedChannel() override {
    const std::lock_guard lock(wire_->turn_);
    channel_.reset();
    --wire_->open_channels_;
  }

  [[nodiscard]] Result<std::optional<HidFrame>> read(std::chrono::milliseconds timeout,
                                                     const WakeEvent& wake) override {
    auto frame = channel_->read(timeout, wake);
    if (frame && frame.value() && says_invalid_channel(*frame.value())) {
      return std::unexpected(
          Error{.code = ErrorCode::kGone, .detail = "the simulator was re-plugged or restarted"});
    }
    return frame;
  }
  [[nodiscard]] Result<void> write(const HidFrame& frame) override {
    return channel_->write(frame);
  }

 private:
  std::shared_ptr<SimulatorWire> wire_;
  std::unique_ptr<FrameChannel> channel_;
};

Result<std::unique_ptr<FrameChannel>> SimulatorWire::open_channel() {
  const std::lock_guard lock(turn_);
  auto channel = UdpChannel::open(address_);
  if (!channel) return channel;
  return std::make_unique<LeasedChannel>(shared_from_this(), std::move(channel.value()));
}

SimulatorWire::Presence SimulatorWire::probe(const WakeEvent& wake) {
  const std::lock_guard lock(turn_);
  if (open_channels_ > 0) {
    if (!is_listening(wake)) channel_id_.reset();
    return channel_id_ ? Presence::kSame : Presence::kAbsent;
  }
  const auto channel = UdpChannel::open(address_);
  if (!channel) return Presence::kTakenPort;
  if (channel_id_ && knows_our_channel(**channel, wake)) return Presence::kSame;
  channel_id_ = ask_for_channel(**channel, wake);
  return channel_id_ ? Presence::kNew : Presence::kAbsent;
}

/// Without the reply port: a datagram that nobody wants is refused, which the next use of the
/// socket tells.
bool SimulatorWire::is_listening(const WakeEvent& wake) const {
  constexpr std::uint16_t kAnyPort = 0;
  const auto channel = UdpChannel::open({.port = address_.port, .reply_port = kAnyPort});
  if (!channel) return true;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto frame = channel.value()->read(std::chrono::milliseconds::zero(), wake);
    if (!frame && frame.error().code == ErrorCode::kGone) return false;
  }
  return true;
}

bool SimulatorWire::knows_our_channel(FrameChannel& channel, const WakeEvent& wake) const {
  constexpr std::array<std::uint8_t, 1> kEchoed{0x2A};
  const auto answer =
      ask(channel, wake, to_frame(*channel_id_, kCommandPing, kEchoed), [&](const HidFrame& frame) {
        return is_on(frame, *channel_id_) &&
               (frame[kCommandOffset] == kCommandPing || frame[kCommandOffset] == kCommandError);
      });
  // Any other error (it is busy with another client) shows that it knows the channel.
  return answer && !says_invalid_channel(*answer);
}

std::optional<SimulatorWire::ChannelId> SimulatorWire::ask_for_channel(
    FrameChannel& channel, const WakeEvent& wake) const {
  // No secret: it tells our answer from a late one to somebody else.
  std::random_device random;
  std::array<std::uint8_t, kNonceSize> nonce{};
  std::ranges::generate(nonce, [&] { return static_cast<std::uint8_t>(random()); });
  const auto answer =
      ask(channel, wake, to_frame(kBroadcast, kCommandInit, nonce), [&](const HidFrame& frame) {
        return is_on(frame, kBroadcast) && frame[kCommandOffset] == kCommandInit &&
               std::ranges::equal(std::span(frame).subspan(kPayloadOffset, kNonceSize), nonce);
      });
  if (!answer) return std::nullopt;
  ChannelId id{};
  std::copy_n(answer->begin() + kPayloadOffset + kNonceSize, id.size(), id.begin());
  return id;
}

}  // namespace firstkey::device
