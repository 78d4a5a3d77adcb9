#pragma once
// authenticatorMakeCredential. Source: CTAP 2.1 §6.1.2, whose step numbers the source carries.

#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

[[nodiscard]] Outcome make_credential(const KeyParts& key, const cbor::Map& parameters);

/// The answer to a touch probe (§6.1.2 and §6.2.2 step 1).
[[nodiscard]] Consent ask_for_touch_alone(const KeyParts& key);

}  // namespace firstkey::device::softkey
