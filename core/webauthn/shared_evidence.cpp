#include "core/webauthn/shared_evidence.h"

#include <algorithm>

namespace firstkey::core::webauthn {

namespace {

constexpr std::size_t kLongestQuote = 256;

}  // namespace

std::string quoted(std::string_view text) {
  auto size = std::min(text.size(), kLongestQuote);
  // UTF-8 is cut between characters: what continues one begins with the bits 10.
  while (size > 0 && size < text.size() &&
         (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  std::string quote;
  for (const char symbol : text.substr(0, size)) {
    const auto byte = static_cast<unsigned char>(symbol);
    const bool is_control = byte < ' ' || byte == 0x7F;
    quote += is_control ? "\\x" + to_hex(BytesView(&byte, 1)) : std::string(1, symbol);
  }
  if (size < text.size()) quote += "…";
  return quote;
}

std::string listed(const std::vector<std::string>& values) {
  std::string list;
  for (const auto& value : values) list += (list.empty() ? "" : ", ") + value;
  return list;
}

std::string yes_or_no(bool is_so) {
  return is_so ? "yes" : "no";
}

std::string in_bytes(std::size_t size) {
  return std::to_string(size) + " bytes";
}

}  // namespace firstkey::core::webauthn
