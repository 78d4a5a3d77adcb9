#include "device/display_text.h"

#include <utf8proc.h>

namespace firstkey::device {

namespace {

bool is_shown(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:  // utf8proc's enumeration, of which only these cannot be shown
      return true;
  }
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::string to_display_text(std::string_view untrusted) {
  std::string shown;
  std::size_t count = 0;
  while (!untrusted.empty() && count < kMaxDisplayText) {
    utf8proc_int32_t code_point = 0;
    const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(untrusted.data());
    const auto size =
        utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(untrusted.size()), &code_point);
    if (size <= 0) {
      untrusted.remove_prefix(1);
      continue;
    }
    const auto length = static_cast<std::size_t>(size);
    if (is_shown(code_point)) {
      shown += untrusted.substr(0, length);
      ++count;
    }
    untrusted.remove_prefix(length);
  }
  return trimmed(shown);
}

std::string to_valid_text(std::string_view untrusted) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
  std::string valid;
  while (!untrusted.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(untrusted.data());
    const auto size =
        utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(untrusted.size()), &code_point);
    valid += size > 0 ? untrusted.substr(0, static_cast<std::size_t>(size)) : kReplacement;
    untrusted.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
  }
  return valid;
}

}  // namespace firstkey::device
