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
  /// Reads and checks `encoded`, which must be one CBOR map and nothing else.
  /// Errors: kCbor…, kCoseKeyMalformed, kAlgorithmUnsupported, kPublicKeyInvalid (not on the curve,
  /// not a usable modulus).
  [[nodiscard]] static Result<CoseKey> parse(BytesView encoded);

  [[nodiscard]] Algorithm algorithm() const noexcept { return algorithm_; }
  /// For checking signatures. Made when asked for, for few formats need it and making it costs more
  /// than all the rest of reading a key. Null if OpenSSL does not take it.
  [[nodiscard]] EvpPkeyPtr load() const;
  /// 0x04 || x || y for EC (SEC 1 §2.3.3), the raw key for EdDSA, empty for RSA.
  [[nodiscard]] const Bytes& encoded_point() const noexcept { return encoded_point_; }
  /// SubjectPublicKeyInfo in DER, as RegistrationResponseJSON repeats it.
  [[nodiscard]] Bytes subject_public_key_info() const;
  /// Whether `info` is that, without making it.
  [[nodiscard]] bool has_subject_public_key_info(BytesView info) const;

 private:
  explicit CoseKey(Algorithm algorithm) : algorithm_(algorithm) {}

  Algorithm algorithm_;
  Bytes encoded_point_;
  Bytes modulus_;  // of RSA, as is
  Bytes exponent_;
};

}  // namespace firstkey::core::webauthn
