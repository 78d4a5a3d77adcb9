#pragma once
// Checking one signature with OpenSSL.

#include "core/bytes.h"
#include "core/webauthn/algorithm.h"
#include "core/webauthn/openssl_handles.h"

namespace firstkey::core::webauthn {

/// Whether `signature` over `message` is by the owner of `key`. False also if the key is of another
/// kind than `algorithm` asks. Source: WebAuthn L3 §6.5.5 (signature formats).
[[nodiscard]] bool is_signed_by(evp_pkey_st* key,
                                Algorithm algorithm,
                                BytesView message,
                                BytesView signature);

/// Whether `key` is one of P-256: ES256 is for those alone. No key is not.
[[nodiscard]] bool is_on_p256(evp_pkey_st* key);

}  // namespace firstkey::core::webauthn
