#pragma once
// A credential's public key as COSE_Key. WebAuthn L3 §5.8.5, §6.5.1.1; RFC 9052 §7, RFC 9053 §7.
// Exactly the members its kind needs, canonical, the point on its curve.

#include "core/bytes.h"
#include "core/webauthn/algorithm.h"
#include "core/webauthn/error.h"
#include "core/webauthn/openssl_handles.h"

namespace firstkey::core::webauthn {

class CoseKey {
 public:
  /// Reads and loads `encoded`, which must be one CBOR map and nothing else.
  /// Errors: kCbor…, kCoseKeyMalformed, kAlgorithmUnsupported, kPublicKeyInvalid (not on the curve,
  /// not a usable modulus).
  [[nodiscard]] static Result<CoseKey> parse(BytesView encoded);

  [[nodiscard]] Algorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] evp_pkey_st* key() const noexcept { return key_.get(); }
  /// 0x04 || x || y of an elliptic-curve key; empty for other kinds. Source: FIDO U2F raw messages.
  [[nodiscard]] const Bytes& uncompressed_point() const noexcept { return point_; }
  /// SubjectPublicKeyInfo in DER, as RegistrationResponseJSON repeats it.
  [[nodiscard]] Bytes subject_public_key_info() const;

 private:
  CoseKey(Algorithm algorithm, EvpPkeyPtr key, Bytes point)
      : algorithm_(algorithm), key_(std::move(key)), point_(std::move(point)) {}

  Algorithm algorithm_;
  EvpPkeyPtr key_;
  Bytes point_;
};

}  // namespace firstkey::core::webauthn
