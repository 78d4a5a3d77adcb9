#pragma once
// A card behind the CardChannel port that takes the APDUs of a script, in order, and answers each
// as the script says. APDUs are written in hexadecimal, with spaces where they help. Rests cost no
// time.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "device/card_channel.h"

namespace firstkey::tests {

inline device::Bytes hex(std::string_view text) {
  device::Bytes bytes;
  std::string digits;
  for (const char letter : text) {
    if (letter == ' ') continue;
    digits += letter;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16)));
    digits.clear();
  }
  return bytes;
}

inline std::string to_hex(device::BytesView bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const auto byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

/// The card; it outlives the channels that lead to it.
class ScriptedCard {
 public:
  using Answer = device::Result<std::optional<device::Bytes>>;

  ScriptedCard() = default;
  ScriptedCard(const ScriptedCard&) = delete;
  ScriptedCard& operator=(const ScriptedCard&) = delete;
  ~ScriptedCard() { CHECK_MESSAGE(steps_.empty(), steps_.size(), " APDUs never came"); }

  void expect(std::string_view command, std::string_view answer) {
    add(command, {.answer = std::optional(hex(answer))});
  }
  void expect(device::Bytes command, device::Bytes answer) {
    steps_.push_back({.command = std::move(command), .answer = std::optional(std::move(answer))});
  }
  void expect_error(std::string_view command, device::ErrorCode code) {
    add(command, {.answer = std::unexpected(device::Error{.code = code})});
  }
  void expect_reset(std::string_view command) {
    add(command,
        {.answer = std::unexpected(device::Error{.code = device::ErrorCode::kIo}),
         .is_reset = true});
  }
  /// It says nothing, ever.
  void expect_silence(std::string_view command) { add(command, {.answer = std::nullopt}); }

  [[nodiscard]] device::OpenCard opener();

  int opened = 0;
  int rests = 0;
  std::chrono::milliseconds rested{};
  device::CardConnection connection;
  device::CardEnding ending = device::CardEnding::kLeave;
  std::function<void()> when_resting;  ///< run at each rest, and at each wait in silence

 private:
  friend class ScriptedCardChannel;
  struct Step {
    device::Bytes command;
    Answer answer;
    bool is_reset = false;
  };
  void add(std::string_view command, Step step) {
    step.command = hex(command);
    steps_.push_back(std::move(step));
  }
  std::deque<Step> steps_;
};

class ScriptedCardChannel final : public device::CardChannel {
 public:
  explicit ScriptedCardChannel(ScriptedCard& card) : card_(card) {}

  void send(device::BytesView apdu) override {
    if (card_.steps_.empty()) {
      // Not REQUIRE: a link says goodbye to its card from its destructor.
      CHECK_MESSAGE(false, "not in the script: ", to_hex(apdu));
      step_ = {.answer = std::optional(hex("6F00"))};
      return;
    }
    step_ = std::move(card_.steps_.front());
    card_.steps_.pop_front();
    CHECK(to_hex(apdu) == to_hex(step_.command));
  }
  [[nodiscard]] ScriptedCard::Answer receive(std::chrono::milliseconds /*timeout*/,
                                             const device::WakeEvent& /*wake*/) override {
    const bool is_silent = step_.answer && !step_.answer.value();
    if (is_silent && card_.when_resting) card_.when_resting();
    return step_.answer;
  }
  [[nodiscard]] bool was_reset() const noexcept override { return step_.is_reset; }
  void rest(std::chrono::milliseconds pause, const device::WakeEvent& /*wake*/) override {
    ++card_.rests;
    card_.rested += pause;
    if (card_.when_resting) card_.when_resting();
  }
  [[nodiscard]] device::CardConnection connection() const override { return card_.connection; }
  void set_ending(device::CardEnding ending) override { card_.ending = ending; }

 private:
  ScriptedCard& card_;
  ScriptedCard::Step step_;
};

inline device::OpenCard ScriptedCard::opener() {
  return
      [this](device::RunningCall& /*call*/,
             device::WakeEvent& /*wake*/) -> device::Result<std::unique_ptr<device::CardChannel>> {
        ++opened;
        return std::make_unique<ScriptedCardChannel>(*this);
      };
}

}  // namespace firstkey::tests
