#pragma once
// What a client answers: the decoded forms of RegistrationResponseJSON and
// AuthenticationResponseJSON (WebAuthn L3 §5.1). Nothing here is verified yet; the members repeated
// outside the attestation object are kept so that the verifier can refuse a response that
// contradicts itself.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/webauthn/error.h"
#include "core/webauthn/options.h"

namespace firstkey::core::webauthn {

struct RegistrationResponse {
  Bytes id;  ///< rawId; json.cpp has checked that `id` is the same
  Bytes client_data_json;
  Bytes attestation_object;
  std::vector<std::string> transports;
  std::optional<AuthenticatorAttachment> attachment;
  std::optional<bool> cred_props_rk;  ///< clientExtensionResults.credProps.rk
  // Repetitions, where the client sent them:
  std::optional<Bytes> authenticator_data;
  std::optional<Bytes> public_key;  ///< SubjectPublicKeyInfo, DER
  std::optional<std::int64_t> public_key_algorithm;

  friend bool operator==(const RegistrationResponse&, const RegistrationResponse&) = default;
};

struct AuthenticationResponse {
  Bytes id;
  Bytes client_data_json;
  Bytes authenticator_data;
  Bytes signature;
  std::optional<Bytes> user_handle;
  std::optional<AuthenticatorAttachment> attachment;

  friend bool operator==(const AuthenticationResponse&, const AuthenticationResponse&) = default;
};

/// What a client holds after a key made a credential.
struct NewCredential {
  std::string format;        ///< "packed"
  Bytes statement;           ///< attStmt, one CBOR map
  Bytes authenticator_data;  ///< as the key signed it
  Bytes client_data_json;
  std::vector<std::string> transports;
  std::optional<bool> is_resident;  ///< becomes credProps.rk
};

/// Puts together what a browser would send: attestation object, id and the repeated members.
/// Errors: those of AuthenticatorData::parse and CoseKey::parse.
[[nodiscard]] Result<RegistrationResponse> make_registration_response(NewCredential credential);

}  // namespace firstkey::core::webauthn
