#pragma once
// What a client tells a relying party of a key's attestation. WebAuthn L3 §5.4.7, §5.1.3.

#include "core/webauthn/error.h"
#include "core/webauthn/options.h"
#include "core/webauthn/responses.h"

namespace firstkey::core::webauthn {

/// With kNone the statement is taken away, unless the key attested itself under no model's name;
/// the model's AAGUID stays, which is what this edition says. Anything else is passed on unaltered:
/// firstkey runs no anonymisation CA.
/// Errors: those of AuthenticatorData::parse, kCbor… of the statement.
/// Source: WebAuthn L3 §5.1.3, constructCredentialAlg step 1.
[[nodiscard]] Result<NewCredential> convey(NewCredential credential, AttestationConveyance wish);

}  // namespace firstkey::core::webauthn
