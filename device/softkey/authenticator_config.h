#pragma once
// authenticatorConfig: enterprise attestation, alwaysUv and what a PIN must be. Whoever may verify
// to the key configures it with a token; while nobody can, anybody does. Source: CTAP 2.1 §6.11.

#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

/// How many relying parties may be told the minimum PIN length (getInfo 0x10).
inline constexpr std::size_t kMaximumRpIdsToldMinimumPinLength = 8;

/// Errors: kInvalidParameter for a subcommand that is not there, kPuatRequired, kPinAuthInvalid,
/// kPinPolicyViolation for a minimum below the present one or above any PIN, kPinNotSet where
/// there is none to be changed, kKeyStoreFull for too many relying parties.
[[nodiscard]] Result<Bytes> configure(const KeyParts& key, const cbor::Map& request);

}  // namespace firstkey::device::softkey
