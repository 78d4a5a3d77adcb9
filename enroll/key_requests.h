#pragma once
// Between WebAuthn's JSON, which a verifier speaks, and what a key is asked: a station does here
// what a browser would do. Source: WebAuthn L3 §5.1.3 and §5.1.4 (the client's steps), §5.8.1.1
// (client data). Pure.

#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "core/verifier.h"
#include "core/webauthn/options.h"
#include "core/webauthn/responses.h"
#include "device/types.h"
#include "enroll/key_suitability.h"

namespace firstkey::enroll {

/// Creation options as issued, read.
struct CreationChallenge {
  core::webauthn::CreationOptions options;
  std::string origin;
  core::Instant expires_at;
  /// What an enterprise attestation is asked for as. Only the relying parties that its maker wrote
  /// into the key learn which key it is, and the one whose verifier this station works for.
  device::EnterpriseAttestation enterprise = device::EnterpriseAttestation::kVendorFacilitated;
};

/// Request options as issued, read.
struct ProofChallenge {
  core::webauthn::RequestOptions options;
  std::string origin;
  core::Instant expires_at;
};

/// Errors: kInvalidArgument, when the verifier's JSON is not what WebAuthn allows.
[[nodiscard]] core::Result<CreationChallenge> read_creation_options(
    const core::IssuedOptions& issued);
[[nodiscard]] core::Result<ProofChallenge> read_proof_options(const core::IssuedOptions& issued);

/// What hmac-secret is asked about for the extension prf.
[[nodiscard]] device::HmacSalts to_salts(const core::webauthn::PrfValues& values);

/// What a key must be able to do. Simulators are allowed by the station, not by the options.
[[nodiscard]] KeyDemands demands_of(const core::webauthn::CreationOptions& options);

/// What a browser would sign: type, challenge, origin, crossOrigin, in this order.
[[nodiscard]] std::string client_data_for(const CreationChallenge& challenge);
[[nodiscard]] std::string client_data_for(const ProofChallenge& challenge);

/// "Preferred" is decided by what the key can do.
[[nodiscard]] device::CredentialRequest credential_request(const CreationChallenge& challenge,
                                                           const device::AuthenticatorFacts& facts);
[[nodiscard]] device::AssertionRequest assertion_request(const ProofChallenge& challenge,
                                                         std::vector<device::CredentialId> allowed,
                                                         const device::AuthenticatorFacts& facts);
/// The ids that a list names.
[[nodiscard]] std::vector<device::CredentialId> ids_of(
    const std::vector<core::webauthn::CredentialDescriptor>& list);
/// A silent look whether the key holds one of the credentials: signs nothing that could be used.
[[nodiscard]] device::AssertionRequest silent_look(const std::string& rp_id,
                                                   std::vector<device::CredentialId> allowed);

/// The key's answer as a client hands it on, its attestation conveyed as the options wish.
/// Errors: kRegistrationInvalid, when the key's bytes are not what a key answers.
[[nodiscard]] core::Result<core::webauthn::RegistrationResponse> registration_response(
    const device::CredentialResponse& made,
    const CreationChallenge& challenge,
    const device::CredentialRequest& request);
/// The same as RegistrationResponseJSON.
[[nodiscard]] core::Result<std::string> registration_json(const device::CredentialResponse& made,
                                                          const CreationChallenge& challenge,
                                                          const device::CredentialRequest& request);
/// The key's signature as a client hands it on, and the same as AuthenticationResponseJSON.
[[nodiscard]] core::webauthn::AuthenticationResponse assertion_response(
    const device::AssertionResponse& made, const ProofChallenge& challenge);
[[nodiscard]] std::string assertion_json(const device::AssertionResponse& made,
                                         const ProofChallenge& challenge);

}  // namespace firstkey::enroll
