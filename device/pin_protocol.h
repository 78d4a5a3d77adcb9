#pragma once
// The client's half of PIN/UV auth protocols one and two: a secret agreed with the key by ECDH on
// P-256, what is encrypted under it, and proofs made with what came back.
// Source: CTAP 2.1 §6.5.4 to §6.5.7.

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "device/error.h"
#include "device/secret_bytes.h"
#include "device/types.h"

namespace firstkey::device {

/// The numbers are those of getInfo's pinUvAuthProtocols.
enum class PinProtocol : std::uint8_t { kOne = 1, kTwo = 2 };

/// The first of the key's list, which is in its order of preference, that is known here; protocol
/// one for a key that lists none. Errors: kUnsupportedOption.
[[nodiscard]] Result<PinProtocol> choose_pin_protocol(const AuthenticatorFacts& facts);

/// A public key on P-256, as COSE splits it.
struct P256Point {
  std::array<std::uint8_t, 32> x{};
  std::array<std::uint8_t, 32> y{};
};

class SharedSecret {
 public:
  /// Makes a new key pair and agrees with the owner of `theirs`.
  /// Errors: kGarbage (no point on the curve), kInternal.
  [[nodiscard]] static Result<SharedSecret> agree(PinProtocol protocol, const P256Point& theirs);

  /// What the key needs to come to the same secret.
  [[nodiscard]] const P256Point& our_point() const noexcept { return our_point_; }
  [[nodiscard]] PinProtocol protocol() const noexcept { return protocol_; }

  /// `plain`: whole blocks of 16 bytes. Errors: kInternal.
  [[nodiscard]] Result<Bytes> encrypt(const SecretBytes& plain) const;
  /// Errors: kGarbage (not whole blocks).
  [[nodiscard]] Result<SecretBytes> decrypt(BytesView cipher) const;
  /// Proves that `message` comes from who agreed.
  [[nodiscard]] Bytes authenticate(BytesView message) const;

 private:
  /// A cipher's key and a MAC's; protocol one has the same for both.
  struct Keys {
    SecretBytes cipher;
    SecretBytes proof;
  };
  SharedSecret(PinProtocol protocol, const P256Point& ours, Keys keys)
      : protocol_(protocol), our_point_(ours), keys_(std::move(keys)) {}

  PinProtocol protocol_;
  P256Point our_point_;
  Keys keys_;
};

/// pinUvAuthParam for `message`: 16 bytes under protocol one, 32 under protocol two.
[[nodiscard]] Bytes authenticate(PinProtocol protocol, const SecretBytes& key, BytesView message);

/// LEFT(SHA-256(pin), 16), which stands for a PIN on the way to its key.
[[nodiscard]] SecretBytes pin_hash(std::string_view pin);

}  // namespace firstkey::device
