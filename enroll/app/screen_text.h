#pragma once
// Text as a terminal may show it. Names come from people and from keys: a control character in one
// would let it repaint the screen, a direction override would let it pose as another.

#include <cstddef>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace firstkey::enroll {

/// `text` with '?' for every control character (C0, DEL, C1), every mark that reorders or breaks
/// lines, and every byte that is no UTF-8. Source: ECMA-48 §5.2–5.3, UAX #9 §2.
[[nodiscard]] std::string printable(std::string_view text);

/// Columns `text` takes on a terminal: none for combining marks, two for wide characters.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// `text` with spaces up to `width` columns.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// `text` cut to `width` columns, so that redrawing stays on one line.
[[nodiscard]] std::string cut(const std::string& text, std::size_t width);

/// Back to the beginning of the line, and nothing on it. Source: ECMA-48 §8.3.41 (EL).
inline constexpr std::string_view kClearLine = "\r\x1b[K";

/// "9:31", "1:02:03": minutes and seconds, whole seconds begun count; never below "0:00".
[[nodiscard]] std::string countdown(core::Duration left);

}  // namespace firstkey::enroll
