#pragma once
// Asking for the PIN of a key until it is the right one, with the attempts left in sight: a key
// takes three wrong ones in a row before it has to be inserted again, and eight before it is
// blocked for good. Source: CTAP 2.1 §6.5.2.

#include <functional>
#include <optional>

#include "device/key_configuration.h"
#include "enroll/app/pin_entry.h"

namespace firstkey::enroll {

class PinDialogue {
 public:
  /// All outlive this.
  PinDialogue(const KeyDesk& desk, const KeyAtHand& hand, const PinOptions& options)
      : desk_(desk), hand_(hand), options_(options) {}

  /// The PIN to try. Errors: "pin_not_set", "unsupported_option" (a key without PINs),
  /// "pin_blocked"; those of enter_pin().
  [[nodiscard]] Attempt<device::Pin> ask();

  /// What to do about a refusal: nothing wrong means to ask again. A script's PIN is tried once,
  /// for the attempts are the person's.
  [[nodiscard]] Attempt<void> judge(const device::Error& error);

 private:
  const KeyDesk& desk_;
  const KeyAtHand& hand_;
  const PinOptions& options_;
};

/// What a PIN is for; without one the key asks its user for a finger.
using PinUse = std::function<device::Result<void>(const device::Pin*, const device::CallLimits&)>;

/// Runs `use` with the PIN of the key, once or until the person enters the right one, and returns
/// it. Nothing: the key knows its user by itself, and nobody gave a PIN.
[[nodiscard]] Attempt<std::optional<device::Pin>> use_with_pin(const KeyDesk& desk,
                                                               const KeyAtHand& hand,
                                                               const PinOptions& options,
                                                               const PinUse& use);

/// The same for what may find a setting as wanted.
using PinChange =
    std::function<device::Result<device::Change>(const device::Pin*, const device::CallLimits&)>;
[[nodiscard]] Attempt<device::Change> change_with_pin(const KeyDesk& desk,
                                                      const KeyAtHand& hand,
                                                      const PinOptions& options,
                                                      const PinChange& make);

/// Runs `call` with bounds in which a person can be waited for.
[[nodiscard]] device::Result<void> on_key(
    const KeyDesk& desk,
    const std::function<device::Result<void>(const device::CallLimits&)>& call);

}  // namespace firstkey::enroll
