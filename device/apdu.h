#pragma once
// Command APDUs put together, response APDUs taken apart: short where that is enough, extended
// otherwise. Source: ISO/IEC 7816-4 §5.1 (lengths), §5.6 (status words).

#include <optional>

#include "device/types.h"

namespace firstkey::device {

inline constexpr std::size_t kShortData = 255;         ///< bytes; the most of a short Lc
inline constexpr std::size_t kExtendedData = 65535;    ///< bytes; the most of an extended Lc
inline constexpr std::size_t kShortAnswer = 256;       ///< bytes; a short Le of 00
inline constexpr std::size_t kExtendedAnswer = 65536;  ///< bytes; an extended Le of 0000

struct CommandApdu {
  std::uint8_t cla = 0;
  std::uint8_t ins = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  BytesView data;                       ///< 65535 bytes at most
  std::optional<std::size_t> expected;  ///< Le: the most bytes wanted, 1..65536; absent: no answer
};

/// Short when `data` has up to 255 bytes and up to 256 are expected; else extended.
[[nodiscard]] Bytes to_bytes(const CommandApdu& command);

/// `apdu` as the transmission protocol T=0 carries it: a short one with data goes without its Le.
/// Source: ISO/IEC 7816-3 §12.2.5 (case 4S).
[[nodiscard]] BytesView as_carried_by_t0(BytesView apdu);

struct ResponseApdu {
  Bytes data;
  std::uint16_t status = 0;

  friend bool operator==(const ResponseApdu&, const ResponseApdu&) = default;
};

/// Nothing without a whole status word.
[[nodiscard]] std::optional<ResponseApdu> parse_response(BytesView bytes);

}  // namespace firstkey::device
