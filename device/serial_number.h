#pragma once
// The serial number of a key, by whatever way its maker offers: CTAP has none, on purpose. The
// table of makers is in the source and in README.md.

#include <optional>
#include <string>

#include "device/open_key.h"

namespace firstkey::device {

/// Nothing: none is offered. A maker's way that fails is no error as long as the key is there.
/// Errors: kGone, kBusy, kTimeout, kCancelled.
[[nodiscard]] Result<std::optional<std::string>> read_serial_number(OpenKey& key,
                                                                    RunningCall& call);

/// From what a YubiKey answers to its command 42: a length, then tags with lengths and values. The
/// serial number is tag 02, a big-endian number. Nothing: it has none, or the answer is no such
/// list. Source: Yubico's yubikit/management.py.
[[nodiscard]] std::optional<std::string> serial_in_yubico_config(BytesView answer);

}  // namespace firstkey::device
