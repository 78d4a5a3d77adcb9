#pragma once
// Command APDUs, short and extended, taken apart. Source: ISO/IEC 7816-4 §5.1.

#include <optional>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

struct CommandApdu {
  std::uint8_t cla = 0;
  std::uint8_t ins = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  BytesView data;  ///< into the bytes that were parsed
  /// The most bytes the reader takes; 256 where it did not say.
  std::size_t expected = 256;
};

/// Nothing unless the lengths in `bytes` add up to it.
[[nodiscard]] std::optional<CommandApdu> parse_apdu(BytesView bytes);

}  // namespace firstkey::device::softkey
