#include "core/aaguid.h"

namespace firstkey::core {

std::string aaguid_text(BytesView aaguid) {
  constexpr std::size_t kBytes = 16;
  auto text = to_hex(aaguid);
  if (aaguid.size() != kBytes) return text;
  for (const std::size_t hyphen : {8U, 13U, 18U, 23U}) text.insert(hyphen, 1, '-');
  return text;
}

}  // namespace firstkey::core
