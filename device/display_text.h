#pragma once
// Text that a device says of itself, made fit to be shown: no control or formatting characters that
// could move a terminal's cursor or turn a line around, no invalid UTF-8, and not too long.

#include <string>
#include <string_view>

namespace firstkey::device {

inline constexpr std::size_t kMaxDisplayText = 64;  ///< code points

/// `untrusted` without what cannot be shown, cut to kMaxDisplayText code points, and without spaces
/// at its ends. May be empty.
[[nodiscard]] std::string to_display_text(std::string_view untrusted);

/// `untrusted` as it is, but that bytes which are no UTF-8 become U+FFFD: for comparing and
/// storing, not for a terminal. Keys cut long names, some in the middle of a character.
[[nodiscard]] std::string to_valid_text(std::string_view untrusted);

}  // namespace firstkey::device
