#include "device/simulator_wire.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <random>
#include <utility>

#include "device/udp_channel.h"

namespace firstkey::device {

namespace {

using Clock = std::chrono::steady_clock;

/// A simulator that lives answers in a millisecond; a machine under load may take it this long.
constexpr std::chrono::milliseconds kAnswerPatience{1000};

/// Frames kept for the next call: the longest message (129) and what may go before it.
constexpr std::size_t kMaxOverheard = 256;

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

/// Whether `frame` answers a ping on `channel`, if only with an error.
bool answers_ping(const HidFrame& frame, const HidChannelId& channel) {
  return is_on(frame, channel) &&
         (frame[kCommandOffset] == kCommandPing || frame[kCommandOffset] == kCommandError);
}

HidFrame to_ping(const HidChannelId& channel) {
  constexpr std::array<std::uint8_t, 1> kEchoed{0x2A};
  return to_frame(channel, kCommandPing, kEchoed);
}

/// Sends `question` and waits for the frame that is the answer; every other one goes to `others`.
/// Nothing: none came.
std::optional<HidFrame> ask(FrameChannel& channel,
                            const WakeEvent& wake,
                            const HidFrame& question,
                            const std::function<bool(const HidFrame&)>& is_answer,
                            const std::function<void(const HidFrame&)>& others) {
  if (!channel.write(question)) return std::nullopt;
  const auto deadline = Clock::now() + kAnswerPatience;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    // A wait that was woken reads nothing either: then nobody wants to know any more.
    if (left.count() <= 0 || wake.is_signalled()) return std::nullopt;
    const auto frame = channel.read(left, wake);
    if (!frame) return std::nullopt;
    if (!frame.value()) continue;
    if (is_answer(*frame.value())) return frame.value();
    others(*frame.value());
  }
}

void drop(const HidFrame& /*frame*/) {}

/// What the key answers to a ping on a channel that it gave, if anything.
std::optional<HidFrame> ping(FrameChannel& channel,
                             const WakeEvent& wake,
                             const HidChannelId& id,
                             const std::function<void(const HidFrame&)>& others) {
  const auto is_answer = [&](const HidFrame& frame) { return answers_ping(frame, id); };
  return ask(channel, wake, to_ping(id), is_answer, others);
}

/// Only the insertion that gave a channel knows it. Any other error (it is busy with another
/// client) shows that it does.
bool is_known(const std::optional<HidFrame>& answer) {
  return answer && !says_invalid_channel(*answer);
}

std::optional<HidChannelId> ask_for_channel(FrameChannel& channel, const WakeEvent& wake) {
  // No secret: it tells our answer from a late one to somebody else.
  std::random_device random;
  std::array<std::uint8_t, kNonceSize> nonce{};
  std::ranges::generate(nonce, [&] { return static_cast<std::uint8_t>(random()); });
  const auto is_answer = [&](const HidFrame& frame) {
    return is_on(frame, kBroadcast) && frame[kCommandOffset] == kCommandInit &&
           std::ranges::equal(std::span(frame).subspan(kPayloadOffset, kNonceSize), nonce);
  };
  const auto answer =
      ask(channel, wake, to_frame(kBroadcast, kCommandInit, nonce), is_answer, drop);
  if (!answer) return std::nullopt;
  HidChannelId id{};
  std::copy_n(answer->begin() + kPayloadOffset + kNonceSize, id.size(), id.begin());
  return id;
}

std::unexpected<Error> replugged() {
  return std::unexpected(
      Error{.code = ErrorCode::kGone, .detail = "the simulator was re-plugged or restarted"});
}

}  // namespace

/// Holds the reply port for an open key, and hears what the key answers to the probe meanwhile.
class LeasedChannel final : public FrameChannel {
 public:
  /// The caller holds the turn.
  LeasedChannel(std::shared_ptr<SimulatorWire> wire, std::unique_ptr<FrameChannel> channel)
      : wire_(std::move(wire)), channel_(std::move(channel)), probed_id_(wire_->our_channel_id_) {
    wire_->leased_ = this;
  }
  LeasedChannel(const LeasedChannel&) = delete;
  LeasedChannel& operator=(const LeasedChannel&) = delete;
  ~LeasedChannel() override {
    const std::lock_guard lock(wire_->turn_);
    channel_.reset();
    wire_->leased_ = nullptr;
  }

  [[nodiscard]] Result<std::optional<HidFrame>> read(std::chrono::milliseconds timeout,
                                                     const WakeEvent& wake) override {
    const std::lock_guard lock(reading_);
    if (is_replugged_) return replugged();
    if (!overheard_.empty()) {
      const auto frame = overheard_.front();
      overheard_.pop_front();
      return frame;
    }
    auto frame = channel_->read(timeout, wake);
    if (!frame || !frame.value()) return frame;
    if (says_invalid_channel(*frame.value())) {
      is_replugged_ = true;
      return replugged();
    }
    if (probed_id_ && answers_ping(*frame.value(), *probed_id_)) return std::nullopt;
    return frame;
  }
  [[nodiscard]] Result<void> write(const HidFrame& frame) override {
    return channel_->write(frame);
  }

  /// Whether the key is still the insertion that it was. While a call reads, that call meets the
  /// answer, and it is told here the next time. Threads: one at a time, beside read and write.
  [[nodiscard]] bool is_same_insertion(const WakeEvent& wake) {
    if (is_replugged_ || !probed_id_) return false;
    const std::unique_lock lock(reading_, std::try_to_lock);
    if (!lock.owns_lock()) return channel_->write(to_ping(*probed_id_)).has_value();
    const auto answer = ping(*channel_, wake, *probed_id_, [this](const HidFrame& frame) {
      if (overheard_.size() < kMaxOverheard) overheard_.push_back(frame);
    });
    if (answer && says_invalid_channel(*answer)) is_replugged_ = true;
    return is_known(answer);
  }

 private:
  const std::shared_ptr<SimulatorWire> wire_;  // shared: the source may go before the key is closed
  std::unique_ptr<FrameChannel> channel_;
  const std::optional<HidChannelId> probed_id_;
  std::atomic<bool> is_replugged_ = false;
  std::mutex reading_;
  std::deque<HidFrame> overheard_;  // under reading_: of a call, and read by the probe
};

Result<std::unique_ptr<FrameChannel>> SimulatorWire::open_channel() {
  const std::lock_guard lock(turn_);
  auto channel = UdpChannel::open(address_);
  if (!channel) return channel;
  if (our_channel_id_) {
    const WakeEvent never;
    const auto answer = ping(*channel.value(), never, *our_channel_id_, drop);
    if (answer && says_invalid_channel(*answer)) return replugged();
  }
  return std::make_unique<LeasedChannel>(shared_from_this(), std::move(channel.value()));
}

SimulatorWire::Presence SimulatorWire::probe(const WakeEvent& wake) {
  const std::lock_guard lock(turn_);
  if (leased_ != nullptr) {
    if (!is_listening(wake) || !leased_->is_same_insertion(wake)) our_channel_id_.reset();
    return our_channel_id_ ? Presence::kSame : Presence::kAbsent;
  }
  const auto channel = UdpChannel::open(address_);
  if (!channel) return Presence::kTakenPort;
  if (our_channel_id_ && is_known(ping(**channel, wake, *our_channel_id_, drop))) {
    return Presence::kSame;
  }
  our_channel_id_ = ask_for_channel(**channel, wake);
  return our_channel_id_ ? Presence::kNew : Presence::kAbsent;
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

}  // namespace firstkey::device
