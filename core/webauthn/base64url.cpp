#include "core/webauthn/base64url.h"

#include <array>

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
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);

  std::uint8_t seen = 0;  // a foreign symbol sets bits that no value has
  auto rest = text;
  for (; rest.size() >= 4; rest.remove_prefix(4)) {
    const std::array values{
        value_of(rest[0]), value_of(rest[1]), value_of(rest[2]), value_of(rest[3])};
    seen |= static_cast<std::uint8_t>(values[0] | values[1] | values[2] | values[3]);
    const auto group = static_cast<std::uint32_t>(values[0]) << 18U |
                       static_cast<std::uint32_t>(values[1]) << 12U |
                       static_cast<std::uint32_t>(values[2]) << 6U | values[3];
    bytes.push_back(static_cast<std::uint8_t>(group >> 16U));
    bytes.push_back(static_cast<std::uint8_t>(group >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(group));
  }

  std::uint32_t last = 0;
  for (const char symbol : rest) {
    seen |= value_of(symbol);
    last = last << kBitsPerSymbol | value_of(symbol);
  }
  if (remainder == 2) {
    bytes.push_back(static_cast<std::uint8_t>(last >> 4U));
    if ((last & 0x0FU) != 0) return std::nullopt;
  } else if (remainder == 3) {
    bytes.push_back(static_cast<std::uint8_t>(last >> 10U));
    bytes.push_back(static_cast<std::uint8_t>(last >> 2U));
    if ((last & 0x03U) != 0) return std::nullopt;
  }
  if (seen >> kBitsPerSymbol != 0) return std::nullopt;
  return bytes;
}

}  // namespace firstkey::core::webauthn
