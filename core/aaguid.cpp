#include "core/aaguid.h"

#include <algorithm>

namespace firstkey::core {

namespace {

constexpr std::size_t kBytes = 16;
constexpr std::size_t kHyphens[] = {8, 13, 18, 23};  ///< where a UUID has them

}  // namespace

std::string aaguid_text(BytesView aaguid) {
  auto text = to_hex(aaguid);
  if (aaguid.size() != kBytes) return text;
  for (const auto hyphen : kHyphens) text.insert(hyphen, 1, '-');
  return text;
}

std::optional<Bytes> aaguid_from_text(std::string_view text) {
  if (text.size() != 2 * kBytes + std::size(kHyphens)) return std::nullopt;
  if (!std::ranges::all_of(kHyphens, [&](std::size_t at) { return text[at] == '-'; })) {
    return std::nullopt;
  }
  std::string digits(text);
  std::erase(digits, '-');
  auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != kBytes) return std::nullopt;
  return bytes;
}

}  // namespace firstkey::core
