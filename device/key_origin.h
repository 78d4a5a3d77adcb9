#pragma once
// Where a key was found, as far as it matters once it is open.

#include <cstdint>
#include <string>

namespace firstkey::device {

struct KeyOrigin {
  std::string path;  ///< for messages
  bool is_simulated = false;
  /// A card is chosen by being held to its reader; asking for a touch would use its presence up.
  bool is_chosen_by_placing = false;
  std::uint16_t usb_vendor = 0;  ///< of its USB device; 0: it is not on USB
  std::string usb_serial = {};   ///< of its USB device, fit to be shown; empty: it has none
};

}  // namespace firstkey::device
