#pragma once
// key reset: a key back to how it left its maker, and the person led through what that takes. A
// key obeys only shortly after it got power, so it is taken out and inserted again, and then it
// wants to be touched. Source: CTAP 2.1 §6.6.

#include <optional>
#include <string>
#include <string_view>

#include "enroll/app/key_desk.h"

namespace firstkey::enroll {

/// What has to be typed, or said with --confirm.
inline constexpr std::string_view kResetPhrase = "erase everything";
/// How long a key that was taken out may stay away.
inline constexpr std::chrono::seconds kReinsertTime{60};

struct KeyReset {
  std::optional<std::string> confirmation;  ///< of --confirm; absent: it is asked for
};

/// Wipes the key that --device names: every credential, the PIN and the settings. Its discovery
/// shows other keys too, for the same one may come back under another path; a key that is not
/// evidently the same one is left alone.
/// Errors: "invalid_argument", without --device or with another phrase; "not_reinserted";
/// "another_key"; those of take_key() and of the key; "cancelled".
[[nodiscard]] Attempt<void> reset_key(const KeyDesk& desk, const KeyReset& wish);

}  // namespace firstkey::enroll
