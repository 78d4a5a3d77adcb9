#include "enroll/app/screen_text.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <utf8proc.h>

namespace firstkey::enroll {

namespace {

/// The code point `text` begins with and its length in bytes; a negative one for a stray byte.
struct Decoded {
  utf8proc_int32_t code_point = -1;
  std::size_t size = 1;
};

Decoded first_of(std::string_view text) {
  Decoded decoded;
  const auto size =
      ::utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),  // chars as bytes
                         static_cast<utf8proc_ssize_t>(text.size()),
                         &decoded.code_point);
  if (size > 0) decoded.size = static_cast<std::size_t>(size);
  return decoded;
}

bool is_showable(utf8proc_int32_t code_point) {
  if (code_point < 0x20) return false;                             // C0, and no code point at all
  if (code_point >= 0x7F && code_point <= 0x9F) return false;      // DEL, C1
  if (code_point == 0x200E || code_point == 0x200F) return false;  // direction marks
  if (code_point >= 0x2028 && code_point <= 0x202E) return false;  // separators, embeddings
  return code_point < 0x2066 || code_point > 0x2069;               // isolates
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean;
  for (; !text.empty();) {
    const auto [code_point, size] = first_of(text);
    if (is_showable(code_point)) {
      clean += text.substr(0, size);
    } else {
      clean += '?';
    }
    text.remove_prefix(size);
  }
  return clean;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [code_point, size] = first_of(text);
    const int columns = code_point < 0 ? 1 : ::utf8proc_charwidth(code_point);
    width += static_cast<std::size_t>(std::max(0, columns));
    text.remove_prefix(size);
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  const auto taken = width_of(text);
  return std::string(text) + std::string(width > taken ? width - taken : 0, ' ');
}

std::string cut(const std::string& text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::string shorter = text;
  while (!shorter.empty() && width_of(shorter) + 1 > width) {
    while (!shorter.empty() && (static_cast<unsigned char>(shorter.back()) & 0xC0U) == 0x80U) {
      shorter.pop_back();
    }
    if (!shorter.empty()) shorter.pop_back();
  }
  return shorter + "…";
}

std::string countdown(core::Duration left) {
  const auto seconds =
      std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(left).count());
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  if (seconds < kHour) return fmt::format("{}:{:02}", seconds / kMinute, seconds % kMinute);
  return fmt::format(
      "{}:{:02}:{:02}", seconds / kHour, seconds % kHour / kMinute, seconds % kMinute);
}

}  // namespace firstkey::enroll
