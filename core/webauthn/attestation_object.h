#pragma once
// The attestation object: format, statement and authenticator data in one CBOR map.
// WebAuthn L3 §6.5.4.

#include <string_view>

#include "core/bytes.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

/// Views point into the parsed bytes.
struct AttestationObject {
  std::string_view format;
  BytesView statement;  ///< attStmt, one CBOR map
  BytesView authenticator_data;

  /// Errors: kCbor…, kAttestationObjectMalformed.
  [[nodiscard]] static Result<AttestationObject> parse(BytesView bytes);
};

}  // namespace firstkey::core::webauthn
