#pragma once
// The symmetric half of the key's cryptography, as CTAP 2.1 §6.5.6 and §6.5.7 put it together.

#include "device/softkey/bytes.h"
#include "device/softkey/ports.h"
#include "device/softkey/secret_bytes.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey {

[[nodiscard]] Sha256 sha256(BytesView bytes);
[[nodiscard]] SecretBytes hmac_sha256(BytesView key, BytesView message);
/// RFC 5869 with a salt of 32 zero bytes and an output of 32: one block.
[[nodiscard]] SecretBytes hkdf_sha256(BytesView input, std::string_view purpose);

enum class CipherDirection : std::uint8_t { kEncrypt, kDecrypt };

/// AES-256-CBC without padding. `key` has 32 bytes, `iv` 16.
/// Errors: kInvalidParameter unless `input` is a whole number of blocks.
[[nodiscard]] Result<SecretBytes> aes256_cbc(CipherDirection direction,
                                             BytesView key,
                                             BytesView iv,
                                             BytesView input);

}  // namespace firstkey::device::softkey
