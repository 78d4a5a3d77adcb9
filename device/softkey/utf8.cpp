#include "device/softkey/utf8.h"

#include <utf8proc.h>

namespace firstkey::device::softkey {

std::optional<std::size_t> count_code_points(BytesView text) {
  std::size_t count = 0;
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto used =
        utf8proc_iterate(text.data(), static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (used <= 0) return {};
    text = text.subspan(static_cast<std::size_t>(used));
    ++count;
  }
  return count;
}

}  // namespace firstkey::device::softkey
