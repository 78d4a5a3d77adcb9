#pragma once
// key config: what a key demands of whoever uses it; and how any change to a key is told.

#include <string_view>

#include "device/key_configuration.h"
#include "enroll/app/consent.h"
#include "enroll/app/pin_entry.h"

namespace firstkey::enroll {

/// Whether every use of the key takes its user's verification. What is so already takes no PIN.
/// Errors: those of take_key() and PinDialogue; "unsupported_option"; "denied" by a key that does
/// not take it back.
[[nodiscard]] Attempt<void> set_always_uv(const KeyDesk& desk,
                                          const PinOptions& pins,
                                          device::AlwaysUv wanted);

/// Lets relying parties that the maker or the platform names learn which key this is; only a reset
/// ends that.
/// Errors: those of take_key(), confirm() and PinDialogue; "unsupported_option".
[[nodiscard]] Attempt<void> enable_enterprise_attestation(const KeyDesk& desk,
                                                          const PinOptions& pins,
                                                          Consent consent);

/// A setting as it is after a command.
struct SettingTold {
  std::string_view name;  ///< as --json calls it
  device::Change change = device::Change::kMade;
};

/// Ends a command that changed a setting of a key, or found it as wanted.
void tell_setting(const KeyDesk& desk, const KeyAtHand& hand, const SettingTold& told);

/// "unsupported_option", for what this key cannot do.
[[nodiscard]] std::unexpected<Failure> unsupported(std::string message);

}  // namespace firstkey::enroll
