#include "enroll/app/pin_dialogue.h"

#include <utility>

#include <fmt/format.h>

#include "enroll/app/attendance.h"
#include "enroll/app/key_words.h"

namespace firstkey::enroll {

namespace {

using device::ErrorCode;

/// A finger has half a minute, and a full key on a slow reader many seconds.
constexpr std::chrono::seconds kWorkTime{60};

Failure blocked() {
  return {.code = "pin_blocked",
          .message =
              "the PIN is blocked for good: no attempts are left. Only `firstkey key reset` "
              "makes the key usable again, and it erases every credential on it",
          .exit_code = ExitCode::kKeyLocked};
}

device::Result<int> pin_retries(const KeyDesk& desk, const KeyAtHand& hand) {
  Attendance attendance(desk.signals, desk.clock, desk.terminal);
  return hand.authenticator->pin_retries(attendance.limits(kAnswerTime, ""));
}

}  // namespace

Attempt<device::Pin> PinDialogue::ask() {
  const auto& facts = hand_.authenticator->facts();
  if (!facts.supports_pin()) {
    return std::unexpected(Failure{.code = "unsupported_option",
                                   .message = "this key has no PINs",
                                   .exit_code = ExitCode::kNoKey});
  }
  if (!facts.has_pin()) {
    return std::unexpected(
        Failure{.code = "pin_not_set",
                .message = "this key has no PIN yet; `firstkey key pin set` gives it one",
                .exit_code = ExitCode::kNoKey});
  }
  const bool is_nobody_there = !options_.pin_fd && desk_.terminal == nullptr;
  if (is_nobody_there)
    return enter_pin(desk_, options_, "");  // which says so, before the key is asked
  const auto left = pin_retries(desk_, hand_);
  if (left && *left == 0) return std::unexpected(blocked());
  const auto label =
      left ? fmt::format("PIN of the key ({})", attempts_left(*left)) : "PIN of the key";
  return enter_pin(desk_, options_, label);
}

Attempt<void> PinDialogue::judge(const device::Error& error) {
  const bool is_about_pin =
      error.code == ErrorCode::kPinInvalid || error.code == ErrorCode::kPinAuthBlocked;
  if (error.code == ErrorCode::kPinBlocked) return std::unexpected(blocked());
  if (error.code == ErrorCode::kPinPolicy && hand_.authenticator->facts().is_pin_change_forced) {
    return std::unexpected(
        Failure{.code = "pin_change_forced",
                .message = "the key wants another PIN first: `firstkey key pin change`",
                .exit_code = ExitCode::kRefused});
  }
  if (!is_about_pin) return std::unexpected(to_failure(error));
  const auto left = pin_retries(desk_, hand_);
  if (left && *left == 0) return std::unexpected(blocked());
  const auto attempts = left ? "; " + attempts_left(*left) : std::string();
  auto failure = to_failure(error);
  if (error.code == ErrorCode::kPinAuthBlocked) {
    failure.message =
        "three wrong PINs in a row: the key takes none until it is taken out and inserted again, "
        "or lifted off the reader" +
        attempts;
    return std::unexpected(std::move(failure));
  }
  if (options_.pin_fd) {
    failure.message = "the key did not take the PIN of --pin-fd" + attempts;
    return std::unexpected(std::move(failure));
  }
  desk_.terminal->write("  That is not its PIN" + attempts + "\n");
  return {};
}

Attempt<std::optional<device::Pin>> use_with_pin(const KeyDesk& desk,
                                                 const KeyAtHand& hand,
                                                 const PinOptions& options,
                                                 const PinUse& use) {
  const bool knows_user = hand.authenticator->facts().has_user_verification();
  PinDialogue dialogue(desk, hand, options);
  if (knows_user && !options.pin_fd && desk.terminal == nullptr) {
    const auto used = on_key(desk, [&](const auto& limits) { return use(nullptr, limits); });
    if (!used) return std::unexpected(to_failure(used.error()));
    return std::nullopt;
  }
  while (true) {
    auto pin = dialogue.ask();
    if (!pin) return std::unexpected(pin.error());
    const auto used = on_key(desk, [&](const auto& limits) { return use(&*pin, limits); });
    if (used) return std::move(*pin);
    if (auto again = dialogue.judge(used.error()); !again) return std::unexpected(again.error());
  }
}

Attempt<device::Change> change_with_pin(const KeyDesk& desk,
                                        const KeyAtHand& hand,
                                        const PinOptions& options,
                                        const PinChange& make) {
  auto change = device::Change::kNotNeeded;
  const auto made = use_with_pin(
      desk, hand, options, [&](const auto* pin, const auto& limits) -> device::Result<void> {
        const auto result = make(pin, limits);
        if (!result) return std::unexpected(result.error());
        change = *result;
        return {};
      });
  if (!made) return std::unexpected(made.error());
  return change;
}

device::Result<void> on_key(
    const KeyDesk& desk,
    const std::function<device::Result<void>(const device::CallLimits&)>& call) {
  Attendance attendance(desk.signals, desk.clock, desk.terminal);
  return call(attendance.limits(kWorkTime, "Touch the key …"));
}

}  // namespace firstkey::enroll
