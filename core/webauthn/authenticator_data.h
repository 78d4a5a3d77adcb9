#pragma once
// Authenticator data: what the key says, and signs. WebAuthn L3 §6.1. Fixed layout: 32 bytes RP ID
// hash, a byte of flags, a big-endian count, then attested credential data and extensions as the
// flags tell, and nothing after.

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

/// WebAuthn L3 §6.5.1. Views point into the parsed bytes.
struct AttestedCredential {
  BytesView aaguid;  ///< 16 bytes
  BytesView id;
  BytesView public_key;  ///< COSE_Key, one CBOR map
};

/// Signed extension outputs this verifier reads. CTAP 2.1 §12.
struct ExtensionOutputs {
  std::optional<std::int64_t> credential_protection;
  std::optional<bool> hmac_secret;
  std::optional<std::int64_t> min_pin_length;
  std::optional<bool> cred_blob;  ///< at registration: whether it was stored
};

struct AuthenticatorData {
  BytesView rp_id_hash;  ///< 32 bytes
  bool is_user_present = false;
  bool is_user_verified = false;
  bool is_backup_eligible = false;
  bool is_backed_up = false;
  std::uint32_t sign_count = 0;
  std::optional<AttestedCredential> credential;
  ExtensionOutputs extensions;

  /// `bytes` must outlive the result. Errors: kAuthenticatorDataMalformed, kCbor… of the key and
  /// the extensions, kExtensionOutputInvalid.
  [[nodiscard]] static Result<AuthenticatorData> parse(BytesView bytes);
};

}  // namespace firstkey::core::webauthn
