#pragma once
// A key whose CTAP answers are the fuzzer's input: getInfo first, which is said as often as it is
// asked, then one answer for each request. An answer is a word and as many bytes as its lower 13
// bits say: 8000 a keep-alive comes first, 4000 the person stops the call, 2000 it does not answer.
// When the input is over it does not answer any more. It speaks CTAPHID and APDUs.

#include <deque>

#include "device/apdu.h"
#include "device/card_channel.h"
#include "device/frame_channel.h"
#include "device/softkey/hid_frontend.h"
#include "tests/fuzz/input_script.h"
#include "tests/fuzz/timed_calls.h"
#include "tests/fuzz/virtual_time.h"

namespace firstkey::tests {

struct KeyAnswer {
  bool is_kept_alive = false;
  bool is_said = false;
  device::Bytes bytes;
};

/// What the key says; it outlives the wires that lead to it.
class AnsweringKey {
 public:
  AnsweringKey(InputScript script, TimedCalls& calls)
      : script_(script), calls_(calls), info_(next()) {}

  [[nodiscard]] KeyAnswer answer(std::uint8_t command) {
    constexpr std::uint8_t kGetInfo = 0x04;
    return command == kGetInfo ? info_ : next();
  }

 private:
  [[nodiscard]] KeyAnswer next() {
    constexpr unsigned kKeepAlive = 0x8000;
    constexpr unsigned kStop = 0x4000;
    constexpr unsigned kSilence = 0x2000;
    constexpr unsigned kLength = 0x1FFF;
    if (script_.is_over()) return {};
    const unsigned head = script_.word();
    if ((head & kStop) != 0) calls_.stop();
    const auto bytes = script_.take(head & kLength);
    return {.is_kept_alive = (head & kKeepAlive) != 0,
            .is_said = (head & kSilence) == 0,
            .bytes = {bytes.begin(), bytes.end()}};
  }

  InputScript script_;
  TimedCalls& calls_;
  KeyAnswer info_;
};

/// The key on the HID wire.
class AnsweringWire final : public device::FrameChannel {
 public:
  explicit AnsweringWire(AnsweringKey& key) : key_(key) {}

  [[nodiscard]] device::Result<std::optional<device::HidFrame>> read(
      std::chrono::milliseconds timeout, const device::WakeEvent& /*wake*/) override {
    let_pass(pending_.empty() ? timeout : kFrameTime);
    if (pending_.empty()) return std::nullopt;
    const auto frame = pending_.front();
    pending_.pop_front();
    return frame;
  }
  [[nodiscard]] device::Result<void> write(const device::HidFrame& frame) override {
    const auto payload = device::BytesView(frame).subspan(7);
    if (frame[4] == kInit) {
      device::Bytes answer(payload.begin(), payload.begin() + 8);
      // Its one channel, CTAPHID 2, firmware 5.4.3, CBOR.
      answer.insert(answer.end(), {0, 0, 0, 1, 2, 5, 4, 3, 4});
      say(0xFFFFFFFF, kInit, answer);
    }
    if (frame[4] == kCbor) {
      const auto answer = key_.answer(payload.front());
      if (answer.is_kept_alive) say(1, kKeepAlive, std::array<std::uint8_t, 1>{2});
      if (answer.is_said) say(1, kCbor, answer.bytes);
    }
    if (frame[4] == kCancel) say(1, kCbor, std::array<std::uint8_t, 1>{0x2D});
    return {};
  }

 private:
  static constexpr std::uint8_t kInit = 0x86;
  static constexpr std::uint8_t kCbor = 0x90;
  static constexpr std::uint8_t kCancel = 0x91;
  static constexpr std::uint8_t kKeepAlive = 0xBB;
  static constexpr std::chrono::milliseconds kFrameTime{1};

  void say(std::uint32_t channel, std::uint8_t command, device::BytesView payload) {
    for (const auto& frame : device::softkey::fragment(channel, command, payload)) {
      pending_.push_back(frame);
    }
  }

  AnsweringKey& key_;
  std::deque<device::HidFrame> pending_;
};

/// The key as a card.
class AnsweringCard final : public device::CardChannel {
 public:
  explicit AnsweringCard(AnsweringKey& key) : key_(key) {}

  void send(device::BytesView apdu) override { response_ = respond(apdu); }
  [[nodiscard]] device::Result<std::optional<device::Bytes>> receive(
      std::chrono::milliseconds timeout, const device::WakeEvent& /*wake*/) override {
    let_pass(response_ ? kApduTime : timeout);
    return response_;
  }
  [[nodiscard]] bool was_reset() const noexcept override { return false; }
  void rest(std::chrono::milliseconds pause, const device::WakeEvent& /*wake*/) override {
    let_pass(pause);
  }
  [[nodiscard]] device::CardConnection connection() const override { return {}; }
  void set_ending(device::CardEnding /*ending*/) override {}

 private:
  static constexpr std::chrono::milliseconds kApduTime{5};

  [[nodiscard]] std::optional<device::Bytes> respond(device::BytesView apdu) {
    constexpr std::uint8_t kChainingBit = 0x10;
    switch (apdu[1]) {
      case 0xA4:
        return with_status({'F', 'I', 'D', 'O', '_', '2', '_', '0'}, 0x9000);
      case 0x10:
        if (command_ == 0) command_ = apdu[5];
        if ((apdu[0] & kChainingBit) != 0) return with_status({}, 0x9000);
        answer_ = key_.answer(std::exchange(command_, 0));
        if (answer_.is_kept_alive) return with_status({2}, 0x9100);
        return deliver();
      case 0x11:
      case 0xC0:
        return deliver();
      default:
        return with_status({}, 0x9000);
    }
  }
  /// The next part of the answer, which says how much is left of it.
  [[nodiscard]] std::optional<device::Bytes> deliver() {
    if (!answer_.is_said) return std::nullopt;
    const auto part = std::min(answer_.bytes.size(), device::kShortAnswer);
    const auto end = answer_.bytes.begin() + static_cast<std::ptrdiff_t>(part);
    device::Bytes response(answer_.bytes.begin(), end);
    answer_.bytes.erase(answer_.bytes.begin(), end);
    const auto left = std::min<std::size_t>(answer_.bytes.size(), 0xFF);
    return with_status(
        std::move(response),
        left == 0 ? std::uint16_t{0x9000} : static_cast<std::uint16_t>(0x6100 + left));
  }
  static device::Bytes with_status(device::Bytes response, std::uint16_t status) {
    response.push_back(static_cast<std::uint8_t>(status >> 8U));
    response.push_back(static_cast<std::uint8_t>(status & 0xFFU));
    return response;
  }

  AnsweringKey& key_;
  std::optional<device::Bytes> response_;
  KeyAnswer answer_;
  std::uint8_t command_ = 0;
};

}  // namespace firstkey::tests
