#pragma once
// A key's PIN on its way from the person, or from a descriptor, into a device::Pin: what is wrong
// with it is told in words, before any key hears of it. Source: CTAP 2.1 §6.5.1.

#include <optional>
#include <string>

#include "device/pin.h"
#include "enroll/app/key_desk.h"

namespace firstkey::enroll {

/// --pin-fd, whose next line is the PIN in use, and --new-pin-fd, likewise the one to be. One
/// descriptor may hold both, in this order.
struct PinOptions {
  std::optional<int> pin_fd;
  std::optional<int> new_pin_fd;
};

/// Errors: "pin_too_short", "pin_too_long", "pin_not_text", with the rule that it breaks.
[[nodiscard]] Attempt<device::Pin> to_pin(const core::Secret& typed, std::size_t min_code_points);

/// The PIN in use, asked for with `label` unless a descriptor has it. A line that can be no PIN is
/// asked for again.
/// Errors: "invalid_argument", when there is nobody to ask; those of to_pin() for a descriptor;
/// "cancelled".
[[nodiscard]] Attempt<device::Pin> enter_pin(const KeyDesk& desk,
                                             const PinOptions& options,
                                             const std::string& label);

/// A new PIN, asked for twice unless a descriptor has it. One that goes beyond plain letters is
/// told how it will count. Errors: as enter_pin().
[[nodiscard]] Attempt<device::Pin> choose_pin(const KeyDesk& desk,
                                              const PinOptions& options,
                                              std::size_t min_code_points);

}  // namespace firstkey::enroll
