#pragma once
// The two pieces of CBOR that libfido2 1.12 leaves to its caller: a byte string around
// authenticator data, and the attestation object.

#include <string_view>

#include "device/error.h"
#include "device/types.h"

namespace firstkey::device {

/// The contents of the one definite byte string that `cbor` is. kGarbage for anything else.
[[nodiscard]] Result<Bytes> unwrap_byte_string(BytesView cbor);

/// The canonical map {"fmt", "attStmt", "authData"}; `statement` is CBOR already.
/// Source: WebAuthn L3 §6.5.4, CTAP 2.1 §8 (order of keys: shorter first).
[[nodiscard]] Bytes to_attestation_object(std::string_view format,
                                          BytesView statement,
                                          BytesView authenticator_data);

}  // namespace firstkey::device
