#include "core/webauthn/base64url.h"

#include <array>
#include <string>

namespace firstkey::core::webauthn {

namespace {

constexpr std::uint8_t kForeign = 0xFF;
constexpr unsigned kBitsPerSymbol = 6;

constexpr auto kValues = [] {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::uint8_t value_of(char symbol) {
  return kValues[static_cast<unsigned char>(symbol)];
}

}  // namespace

std::optional<Bytes> decode_base64url(std::string_view text) {
  const auto remainder = text.size() % 4;
  if (remainder == 1) return std::nullopt;  // six bits make no byte
  Bytes bytes(text.size() / 4 * 3 + (remainder == 0 ? 0 : remainder - 1));

  std::uint8_t seen = 0;  // a foreign symbol sets bits that no value has
  // Pointers, for checked indices took longer than all else here; `bytes` holds what is written.
  const char* in = text.data();
  auto* out = bytes.data();
  for (const char* const end = in + (text.size() - remainder); in != end; in += 4, out += 3) {
    const auto first = value_of(in[0]);
    const auto second = value_of(in[1]);
    const auto third = value_of(in[2]);
    const auto fourth = value_of(in[3]);
    seen |= static_cast<std::uint8_t>(first | second | third | fourth);
    out[0] = static_cast<std::uint8_t>(first << 2U | second >> 4U);
    out[1] = static_cast<std::uint8_t>(second << 4U | third >> 2U);
    out[2] = static_cast<std::uint8_t>(third << 6U | fourth);
  }

  std::uint32_t last = 0;
  for (const char symbol : text.substr(text.size() - remainder)) {
    seen |= value_of(symbol);
    last = last << kBitsPerSymbol | value_of(symbol);
  }
  if (remainder == 2) {
    out[0] = static_cast<std::uint8_t>(last >> 4U);
    if ((last & 0x0FU) != 0) return std::nullopt;
  } else if (remainder == 3) {
    out[0] = static_cast<std::uint8_t>(last >> 10U);
    out[1] = static_cast<std::uint8_t>(last >> 2U);
    if ((last & 0x03U) != 0) return std::nullopt;
  }
  if (seen >> kBitsPerSymbol != 0) return std::nullopt;
  return bytes;
}

std::optional<Bytes> decode_base64(std::string_view text) {
  std::string symbols;
  symbols.reserve(text.size());
  for (const char symbol : text) {
    if (symbol == ' ' || symbol == '\n' || symbol == '\r' || symbol == '\t') continue;
    if (symbol == '-' || symbol == '_') return std::nullopt;
    symbols.push_back(symbol == '+' ? '-' : symbol == '/' ? '_' : symbol);
  }
  if (symbols.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && symbols.ends_with('='); ++padding) symbols.pop_back();
  return decode_base64url(symbols);
}

}  // namespace firstkey::core::webauthn
