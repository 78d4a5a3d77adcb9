#pragma once
// What hmac-secret computes, at an assertion or, as hmac-secret-mc, at the creation itself.
// Source: CTAP 2.1 §12.5; CTAP 2.2 §12.8.

#include "device/softkey/key_parts.h"
#include "device/softkey/request.h"

namespace firstkey::device::softkey {

/// The salts in the clear, and the way back to the client.
struct HmacSalts {
  SharedSecret secret;
  SecretBytes salts;
};

/// The salts are authentic, and one or two of them. Errors: kPinAuthInvalid, kInvalidLength and
/// those of ClientPin::decapsulate().
[[nodiscard]] Result<HmacSalts> open_salts(const KeyParts& key, const HmacSecretInput& input);

/// An HMAC of each salt, encrypted to the client; by another secret for a verified user.
[[nodiscard]] Result<Bytes> hmac_secret_output(const KeyParts& key,
                                               const HmacSecrets& secrets,
                                               const HmacSalts& salts,
                                               std::uint8_t user_flags);

}  // namespace firstkey::device::softkey
