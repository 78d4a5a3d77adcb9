#pragma once
// The key pair of a credential or of a certificate: made, signed with, stored as PKCS #8 and shown
// as a COSE_Key (RFC 9052 §7, RFC 9053 §7).

#include <array>
#include <optional>

#include "device/softkey/cbor.h"
#include "device/softkey/openssl_handles.h"
#include "device/softkey/secret_bytes.h"

namespace firstkey::device::softkey {

/// COSE algorithm identifiers (IANA "COSE Algorithms").
enum class Algorithm : std::int16_t { kEs256 = -7, kEdDsa = -8, kRs256 = -257 };
inline constexpr std::array kAlgorithms{Algorithm::kEs256, Algorithm::kEdDsa, Algorithm::kRs256};
[[nodiscard]] std::optional<Algorithm> algorithm_from(std::int64_t number);

class SigningKey {
 public:
  /// Errors: kOther when OpenSSL cannot.
  [[nodiscard]] static Result<SigningKey> generate(Algorithm algorithm);
  /// Errors: kOther when `pkcs8` is no key of `algorithm`.
  [[nodiscard]] static Result<SigningKey> from_pkcs8(Algorithm algorithm, BytesView pkcs8);

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] Result<SecretBytes> to_pkcs8() const;
  /// ES256: an ASN.1 DER signature, as WebAuthn L3 §6.5.5 wants it.
  [[nodiscard]] Result<Bytes> sign(BytesView message) const;
  [[nodiscard]] Result<cbor::Map> to_cose() const;
  /// For OpenSSL's X.509 calls; owned by this object.
  [[nodiscard]] EVP_PKEY* handle() const { return handle_.get(); }

 private:
  SigningKey(Algorithm algorithm, KeyHandle handle)
      : algorithm_(algorithm), handle_(std::move(handle)) {}

  Algorithm algorithm_;
  KeyHandle handle_;
};

/// The coordinates of a P-256 public key, 32 bytes each.
struct P256Point {
  Bytes x;
  Bytes y;
};
[[nodiscard]] Result<P256Point> p256_point(EVP_PKEY* key);

}  // namespace firstkey::device::softkey
