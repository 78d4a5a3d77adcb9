#pragma once
// The signature algorithms of credentials. The numbers are COSE's and travel on the wire.

#include <cstdint>
#include <optional>
#include <string_view>

namespace firstkey::core::webauthn {

/// Source: IANA "COSE Algorithms"; WebAuthn L3 §5.8.5, which also fixes each one's curve.
enum class Algorithm : std::int32_t {
  kEs256 = -7,    ///< ECDSA, P-256, SHA-256
  kEddsa = -8,    ///< Ed25519
  kEs384 = -35,   ///< ECDSA, P-384, SHA-384
  kEs512 = -36,   ///< ECDSA, P-521, SHA-512
  kEd448 = -53,   ///< Ed448, fully specified (RFC 9864)
  kRs256 = -257,  ///< RSASSA-PKCS1-v1_5, SHA-256
};

/// Nothing when `cose` is an algorithm this verifier does not know.
[[nodiscard]] std::optional<Algorithm> algorithm_from_cose(std::int64_t cose) noexcept;
[[nodiscard]] constexpr std::int32_t to_cose(Algorithm algorithm) noexcept {
  return static_cast<std::int32_t>(algorithm);
}
/// "ES256"
[[nodiscard]] std::string_view to_string(Algorithm algorithm) noexcept;

}  // namespace firstkey::core::webauthn
