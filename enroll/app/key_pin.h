#pragma once
// key pin: the PIN of a key and the rules for it.

#include <cstdint>
#include <string>
#include <vector>

#include "enroll/app/consent.h"
#include "enroll/app/pin_entry.h"

namespace firstkey::enroll {

/// Gives a key its first PIN. Errors: those of take_key() and choose_pin(); "pin_already_set".
[[nodiscard]] Attempt<void> set_key_pin(const KeyDesk& desk, const PinOptions& pins);

/// Errors: those of take_key(), PinDialogue and choose_pin().
[[nodiscard]] Attempt<void> change_key_pin(const KeyDesk& desk, const PinOptions& pins);

/// From now on the key does nothing with its PIN but change it.
/// Errors: those of take_key() and PinDialogue; "unsupported_option".
[[nodiscard]] Attempt<void> force_key_pin_change(const KeyDesk& desk, const PinOptions& pins);

struct MinPinLength {
  std::uint64_t code_points = 0;
  /// The relying parties that are told the minimum; empty: those that are told it now.
  std::vector<std::string> rp_ids;
  Consent consent = Consent::kToAsk;
};

/// Raises the minimum length, which only a reset lowers.
/// Errors: those of take_key(), PinDialogue and confirm(); "invalid_argument" below the present
/// minimum or above 63; "unsupported_option".
[[nodiscard]] Attempt<void> raise_key_min_pin_length(const KeyDesk& desk,
                                                     const PinOptions& pins,
                                                     const MinPinLength& wish);

}  // namespace firstkey::enroll
