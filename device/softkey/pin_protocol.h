#pragma once
// PIN/UV auth protocols one and two: key agreement, encryption and authentication between client
// and key. Source: CTAP 2.1 §6.5.6 (one) and §6.5.7 (two).

#include <array>

#include "device/softkey/cbor.h"
#include "device/softkey/openssl_handles.h"
#include "device/softkey/ports.h"
#include "device/softkey/secret_bytes.h"

namespace firstkey::device::softkey {

enum class ProtocolVersion : std::uint8_t { kOne = 1, kTwo = 2 };
inline constexpr std::array kProtocolVersions{ProtocolVersion::kTwo, ProtocolVersion::kOne};

/// What the holder of `key`, a shared secret's or a pinUvAuthToken, makes of `message`: 16 bytes
/// under protocol one, 32 under two.
[[nodiscard]] SecretBytes authenticate(ProtocolVersion version, BytesView key, BytesView message);

/// What ECDH left both sides with.
class SharedSecret {
 public:
  SharedSecret(ProtocolVersion version, BytesView z);

  [[nodiscard]] Result<Bytes> encrypt(BytesView plaintext, Random& random) const;
  /// Errors: kInvalidParameter for a ciphertext of impossible length.
  [[nodiscard]] Result<SecretBytes> decrypt(BytesView ciphertext) const;
  [[nodiscard]] SecretBytes authenticate(BytesView message) const;

 private:
  ProtocolVersion version_;
  SecretBytes mac_key_;
  SecretBytes cipher_key_;
};

/// One protocol's key-agreement pair.
class PinProtocol {
 public:
  explicit PinProtocol(ProtocolVersion version) : version_(version) { regenerate(); }

  [[nodiscard]] ProtocolVersion version() const { return version_; }
  /// A new key-agreement pair: at power-up and after a wrong PIN.
  void regenerate();
  [[nodiscard]] Result<cbor::Map> public_key() const;
  /// Errors: kInvalidParameter unless `peer` is a P-256 COSE_Key whose point is on the curve.
  [[nodiscard]] Result<SharedSecret> decapsulate(const cbor::Map& peer) const;

 private:
  ProtocolVersion version_;
  KeyHandle key_pair_;
};

}  // namespace firstkey::device::softkey
