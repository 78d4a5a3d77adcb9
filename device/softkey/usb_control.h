#pragma once
// What the key as a USB device answers on its control endpoint: its descriptors and the few
// requests a HID device without settings must take. Stateless. Sources: USB 2.0 §9.4 and §9.6;
// HID 1.11 §6.2 and §7. USB's fields are little-endian.

#include <optional>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

inline constexpr std::uint8_t kInterruptEndpoint = 1;  ///< the number of both, one each way

/// USB 2.0 §9.3.
struct UsbSetup {
  std::uint8_t type = 0;  ///< direction, kind and recipient
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
  std::uint16_t length = 0;  ///< most bytes the host takes
};

[[nodiscard]] UsbSetup parse_setup(std::span<const std::uint8_t, 8> bytes);

/// The data stage, empty for requests that have none; nothing for a request to be stalled.
[[nodiscard]] std::optional<Bytes> answer_control(const UsbSetup& setup);

}  // namespace firstkey::device::softkey
