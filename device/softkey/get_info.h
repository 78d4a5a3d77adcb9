#pragma once
// authenticatorGetInfo: what the key is and can do, as it stands now. Source: CTAP 2.1 §6.4.

#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

[[nodiscard]] Bytes get_info(const KeyParts& key);

}  // namespace firstkey::device::softkey
