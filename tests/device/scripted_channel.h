#pragma once
// A HID key in miniature behind the FrameChannel port: it packs and unpacks CTAPHID messages and
// answers each CTAP command from a script, so that the real libfido2 can be shown what no well-made
// key would say. Waits cost no time: a read with nothing to say returns "nothing" at once.

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "device/frame_channel.h"
#include "device/types.h"

namespace firstkey::tests {

/// The key; it outlives the channels that lead to it.
class ScriptedHidKey {
 public:
  using Frames = std::deque<device::HidFrame>;
  static constexpr std::uint8_t kCapabilityCbor = 0x04;
  static constexpr std::uint8_t kInit = 0x86;
  static constexpr std::uint8_t kCbor = 0x90;
  static constexpr std::uint8_t kCancel = 0x91;
  static constexpr std::uint8_t kKeepAlive = 0xBB;
  static constexpr std::uint8_t kVendor = 0xC2;  ///< Yubico's "read configuration"
  static constexpr std::uint8_t kError = 0xBF;

  /// `info` answers every getInfo: a status and CBOR.
  explicit ScriptedHidKey(device::Bytes info) : info_(std::move(info)) {}
  ScriptedHidKey(const ScriptedHidKey&) = delete;
  ScriptedHidKey& operator=(const ScriptedHidKey&) = delete;
  ~ScriptedHidKey() {
    CHECK_MESSAGE(answers_.empty(), answers_.size(), " answers never asked for");
  }

  /// The next command other than getInfo gets this: frames of the current channel, in order.
  void expect(std::uint8_t command, std::function<void(ScriptedHidKey&)> reply) {
    answers_.emplace_back(command, std::move(reply));
  }
  void expect(std::uint8_t command, device::Bytes answer) {
    expect(command, [answer = std::move(answer)](ScriptedHidKey& key) { key.say(kCbor, answer); });
  }

  void say(std::uint8_t command, device::BytesView payload) { say_on(channel_, command, payload); }
  void say_keep_alive(std::uint8_t status) { say(kKeepAlive, device::Bytes{status}); }
  void say_on(std::uint32_t channel, std::uint8_t command, device::BytesView payload) {
    device::HidFrame frame = header(channel, command);
    frame[5] = static_cast<std::uint8_t>(payload.size() >> 8U);
    frame[6] = static_cast<std::uint8_t>(payload.size() & 0xFFU);
    auto rest = fill(frame, 7, payload);
    pending_.push_back(frame);
    for (std::uint8_t sequence = 0; !rest.empty(); ++sequence) {
      frame = header(channel, sequence);
      rest = fill(frame, 5, rest);
      pending_.push_back(frame);
    }
  }
  void say_frame(const device::HidFrame& frame) { pending_.push_back(frame); }
  /// From now on the wire fails as it does when a key is pulled.
  void pull() { is_pulled = true; }

  [[nodiscard]] device::OpenChannel opener();

  std::uint8_t capabilities = kCapabilityCbor;
  std::uint8_t status_after_cancel = 0x2D;     ///< 0: ignores CTAPHID_CANCEL
  std::optional<device::Bytes> vendor_answer;  ///< to kVendor; nothing: it is not known
  bool is_pulled = false;
  int cancels = 0;
  int opened = 0;
  std::function<void()> when_idle;  ///< run when a read finds nothing to say

 private:
  friend class ScriptedChannel;

  static device::HidFrame header(std::uint32_t channel, std::uint8_t command) {
    device::HidFrame frame{};
    for (std::size_t i = 0; i < 4; ++i) {
      frame[i] = static_cast<std::uint8_t>(channel >> (24U - 8U * i));
    }
    frame[4] = command;
    return frame;
  }
  static device::BytesView fill(device::HidFrame& frame, std::size_t at, device::BytesView bytes) {
    const auto count = std::min(frame.size() - at, bytes.size());
    std::copy_n(bytes.begin(), count, frame.begin() + static_cast<std::ptrdiff_t>(at));
    return bytes.subspan(count);
  }
  void receive(const device::HidFrame& frame) {
    const auto command = frame[4];
    if (command == kInit) {
      request_.assign(frame.begin() + 7, frame.begin() + 15);
      // A channel id, then CTAPHID 2 and firmware 5.4.3.
      for (const std::uint8_t byte : device::Bytes{0, 0, 0, ++channels_, 2, 5, 4, 3}) {
        request_.push_back(byte);
      }
      request_.push_back(capabilities);
      say_on(0xFFFFFFFF, kInit, request_);
      channel_ = channels_;
      return;
    }
    if (command == kCancel) {
      ++cancels;
      pending_.clear();
      if (status_after_cancel != 0) say(kCbor, device::Bytes{status_after_cancel});
      return;
    }
    if (command == kVendor) {
      if (vendor_answer) return say(kVendor, *vendor_answer);
      return say(kError, device::Bytes{0x01});  // ERR_INVALID_CMD
    }
    if (command == kCbor) {
      expected_ = static_cast<std::size_t>(frame[5] << 8U | frame[6]);
      request_.clear();
    }
    const std::ptrdiff_t payload = command == kCbor ? 7 : 5;
    request_.insert(request_.end(), frame.begin() + payload, frame.end());
    if (request_.size() < expected_) return;
    request_.resize(expected_);
    answer();
  }
  void answer() {
    requests.push_back(request_);
    if (request_[0] == 0x04) return say(kCbor, info_);
    REQUIRE_FALSE(answers_.empty());
    CHECK(answers_.front().first == request_[0]);
    const auto reply = std::move(answers_.front().second);
    answers_.pop_front();
    reply(*this);
  }

  device::Bytes info_;
  std::deque<std::pair<std::uint8_t, std::function<void(ScriptedHidKey&)>>> answers_;
  Frames pending_;
  std::uint32_t channel_ = 0;
  std::uint8_t channels_ = 0;
  device::Bytes request_;
  std::size_t expected_ = 0;

 public:
  std::vector<device::Bytes> requests;  ///< every CTAP request, command byte first
};

class ScriptedChannel final : public device::FrameChannel {
 public:
  explicit ScriptedChannel(ScriptedHidKey& key) : key_(key) {}

  [[nodiscard]] device::Result<std::optional<device::HidFrame>> read(
      std::chrono::milliseconds /*timeout*/, const device::WakeEvent& /*wake*/) override {
    if (key_.is_pulled) return std::unexpected(gone());
    if (key_.pending_.empty()) {
      if (key_.when_idle) key_.when_idle();
      return std::nullopt;
    }
    const auto frame = key_.pending_.front();
    key_.pending_.pop_front();
    return frame;
  }
  [[nodiscard]] device::Result<void> write(const device::HidFrame& frame) override {
    if (key_.is_pulled) return std::unexpected(gone());
    key_.receive(frame);
    return {};
  }

 private:
  static device::Error gone() {
    return {.code = device::ErrorCode::kGone, .detail = "pulled by the test"};
  }
  ScriptedHidKey& key_;
};

inline device::OpenChannel ScriptedHidKey::opener() {
  return [this]() -> device::Result<std::unique_ptr<device::FrameChannel>> {
    if (is_pulled) return std::unexpected(device::Error{.code = device::ErrorCode::kGone});
    ++opened;
    pending_.clear();
    return std::make_unique<ScriptedChannel>(*this);
  };
}

}  // namespace firstkey::tests
