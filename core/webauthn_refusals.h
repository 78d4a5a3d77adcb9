#pragma once
// The border between the verifiers of WebAuthn and core: one code of theirs, one of ours. What a
// station has to tell apart is whether another key would do better.

#include "core/error.h"
#include "core/webauthn/error.h"

namespace firstkey::core {

/// Of a registration: kRegistrationInvalid, kAttestationInvalid (the statement is false or cannot
/// be checked) or kKeyNotAllowed (all is true, but the key policy does not take it).
[[nodiscard]] ErrorCode registration_code(webauthn::Code code) noexcept;

/// Errors for people, which name the check, where its rule stands and what was wrong, bounded.
[[nodiscard]] Error refused_registration(const webauthn::Error& error);
/// Of a BLOB: kMetadataNotNewer, kMetadataOutOfDate, or kMetadataInvalid for all else.
[[nodiscard]] Error refused_metadata(const webauthn::Error& error);
/// Always kAssertionInvalid.
[[nodiscard]] Error refused_assertion(const webauthn::Error& error);

}  // namespace firstkey::core
