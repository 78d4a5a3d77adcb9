#pragma once
// Authenticator data, as it is signed. Source: WebAuthn L3 §6.1.

#include <optional>
#include <string_view>

#include "device/softkey/cbor.h"

namespace firstkey::device::softkey {

inline constexpr std::uint8_t kUserPresent = 0x01;
inline constexpr std::uint8_t kUserVerified = 0x04;

struct AttestedCredential {
  Aaguid aaguid{};
  Bytes id;
  cbor::Map public_key;
};

struct AuthenticatorData {
  std::string_view rp_id;
  std::uint8_t user_flags = 0;  ///< kUserPresent, kUserVerified
  std::uint32_t sign_count = 0;
  std::optional<AttestedCredential> attested;
  std::optional<cbor::Map> extensions;
};

/// BE and BS are never set: what this key makes stays on it.
[[nodiscard]] Bytes encode(const AuthenticatorData& parts);

}  // namespace firstkey::device::softkey
