#pragma once
// From libfido2's reading of getInfo to AuthenticatorFacts.

#include <fido.h>

#include "device/types.h"

namespace firstkey::device {

[[nodiscard]] AuthenticatorFacts to_facts(const fido_cbor_info_t& info);

}  // namespace firstkey::device
