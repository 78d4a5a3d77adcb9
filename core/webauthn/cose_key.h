#pragma once
// A credential's public key, read from COSE_Key. One that exists has exactly the members its kind
// needs, canonical, an algorithm that is its curve's, and a key worth checking with: an EC point on
// the curve, an Ed25519 point of the prime-order group, an RSA modulus of 2048..4096 bits with an
// odd exponent from 65537. An Ed448 point is decoded when first used: neither OpenSSL 3.0 nor
// libsodium offers that check alone. WebAuthn L3 §5.8.5, §6.5.1.1; RFC 9053 §7; RFC 8230 §4.

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
  /// 0x04 || x || y for EC (SEC 1 §2.3.3), the raw key for EdDSA, empty for RSA.
  [[nodiscard]] const Bytes& encoded_point() const noexcept { return encoded_point_; }
  /// SubjectPublicKeyInfo in DER, as RegistrationResponseJSON repeats it.
  [[nodiscard]] Bytes subject_public_key_info() const;

 private:
  CoseKey(Algorithm algorithm, EvpPkeyPtr key, Bytes encoded_point)
      : algorithm_(algorithm), key_(std::move(key)), encoded_point_(std::move(encoded_point)) {}

  Algorithm algorithm_;
  EvpPkeyPtr key_;
  Bytes encoded_point_;
};

}  // namespace firstkey::core::webauthn
