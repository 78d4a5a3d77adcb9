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

}  // namespace firstkey::device
