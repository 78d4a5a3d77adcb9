#pragma once
// The pseudo-random function of a credential, over hmac-secret. WebAuthn L3 §10.1.4.

#include "core/bytes.h"

namespace firstkey::core::webauthn {

/// SHA-256("WebAuthn PRF" || 0x00 || input): what a client asks hmac-secret about, so that no page
/// learns what the operating system's own salts lead to. Source: WebAuthn L3 §10.1.4.
[[nodiscard]] Sha256 prf_salt(BytesView input);

}  // namespace firstkey::core::webauthn
