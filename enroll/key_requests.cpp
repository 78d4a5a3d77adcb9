#include "enroll/key_requests.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/webauthn/client_data.h"
#include "core/webauthn/conveyance.h"
#include "core/webauthn/json.h"
#include "core/webauthn/prf.h"

namespace firstkey::enroll {

namespace {

namespace webauthn = core::webauthn;
using webauthn::ResidentKeyRequirement;
using webauthn::UserVerificationRequirement;

std::unexpected<core::Error> unreadable(const webauthn::Error& error) {
  return core::fail(core::ErrorCode::kInvalidArgument,
                    "the verifier's options cannot be read: " + error.detail);
}

std::string client_data(std::string_view type, const core::Bytes& challenge, std::string origin) {
  return webauthn::serialize({.type = std::string(type),
                              .challenge = challenge,
                              .origin = std::move(origin),
                              .is_cross_origin = false,
                              .top_origin = std::nullopt});
}

bool wants_resident_key(ResidentKeyRequirement wanted, const device::AuthenticatorFacts& facts) {
  switch (wanted) {
    case ResidentKeyRequirement::kRequired:
      return true;
    case ResidentKeyRequirement::kPreferred:
      return facts.supports_resident_keys();
    case ResidentKeyRequirement::kDiscouraged:
      return false;
  }
  return false;  // a value outside the enumeration
}

bool verifies_user(UserVerificationRequirement wanted, const device::AuthenticatorFacts& facts) {
  switch (wanted) {
    case UserVerificationRequirement::kRequired:
      return true;
    case UserVerificationRequirement::kPreferred:
      return facts.has_user_verification() || facts.has_pin();
    case UserVerificationRequirement::kDiscouraged:
      return false;
  }
  return false;  // a value outside the enumeration
}

std::vector<device::CoseAlgorithm> algorithms_of(const webauthn::CreationOptions& options) {
  std::vector<device::CoseAlgorithm> algorithms;
  std::ranges::transform(options.algorithms, std::back_inserter(algorithms), webauthn::to_cose);
  return algorithms;
}

std::optional<device::HmacSalts> salts_of(const std::optional<webauthn::PrfCreation>& prf) {
  if (!prf || !prf->eval) return std::nullopt;
  return to_salts(*prf->eval);
}

/// A key that has it off attests its model as ever.
std::optional<device::EnterpriseAttestation> enterprise_attestation(
    const CreationChallenge& challenge, const device::AuthenticatorFacts& facts) {
  if (challenge.options.attestation != webauthn::AttestationConveyance::kEnterprise ||
      facts.options.ep != device::Option::kTrue) {
    return std::nullopt;
  }
  return challenge.enterprise;
}

}  // namespace

std::vector<device::CredentialId> ids_of(const std::vector<webauthn::CredentialDescriptor>& list) {
  std::vector<device::CredentialId> ids;
  std::ranges::transform(list, std::back_inserter(ids), &webauthn::CredentialDescriptor::id);
  return ids;
}

device::HmacSalts to_salts(const webauthn::PrfValues& values) {
  device::HmacSalts salts{.first = webauthn::prf_salt(values.first)};
  if (values.second) salts.second = webauthn::prf_salt(*values.second);
  return salts;
}

core::Result<CreationChallenge> read_creation_options(const core::IssuedOptions& issued) {
  auto options = webauthn::parse_creation_options(issued.json);
  if (!options) return unreadable(options.error());
  return CreationChallenge{.options = std::move(options.value()),
                           .origin = issued.origin,
                           .expires_at = issued.expires_at,
                           .enterprise = device::EnterpriseAttestation::kPlatformManaged};
}

core::Result<ProofChallenge> read_proof_options(const core::IssuedOptions& issued) {
  auto options = webauthn::parse_request_options(issued.json);
  if (!options) return unreadable(options.error());
  return ProofChallenge{.options = std::move(options.value()),
                        .origin = issued.origin,
                        .expires_at = issued.expires_at};
}

KeyDemands demands_of(const webauthn::CreationOptions& options) {
  using webauthn::CredentialProtection;
  const auto& extensions = options.extensions;
  const bool is_protected =
      extensions.credential_protection.value_or(CredentialProtection::kUserVerificationOptional) !=
      CredentialProtection::kUserVerificationOptional;
  return {
      .algorithms = algorithms_of(options),
      .requires_resident_key = options.resident_key == ResidentKeyRequirement::kRequired,
      .requires_user_verification =
          options.user_verification == UserVerificationRequirement::kRequired,
      .requires_credential_protection = is_protected && extensions.enforce_credential_protection};
}

std::string client_data_for(const CreationChallenge& challenge) {
  return client_data(webauthn::kTypeCreate, challenge.options.challenge, challenge.origin);
}

std::string client_data_for(const ProofChallenge& challenge) {
  return client_data(webauthn::kTypeGet, challenge.options.challenge, challenge.origin);
}

device::CredentialRequest credential_request(const CreationChallenge& challenge,
                                             const device::AuthenticatorFacts& facts) {
  const webauthn::CreationOptions& options = challenge.options;
  device::CredentialRequest request{
      .client_data_hash = core::sha256(core::as_bytes(client_data_for(challenge))),
      .rp_id = options.rp.id,
      .rp_name = options.rp.name,
      .user_id = options.user.id,
      .user_name = options.user.name,
      .user_display_name = options.user.display_name,
      .algorithms = algorithms_of(options),
      .is_resident_key_wanted = wants_resident_key(options.resident_key, facts),
      .is_user_verification_required = verifies_user(options.user_verification, facts),
      .credential_protection = std::nullopt,
      .is_credential_protection_enforced = demands_of(options).requires_credential_protection,
      .is_hmac_secret_wanted = options.extensions.hmac_create_secret || options.extensions.prf,
      .hmac_salts = salts_of(options.extensions.prf),
      .is_min_pin_length_wanted = options.extensions.min_pin_length,
      .is_large_blob_key_wanted = options.extensions.large_blob.has_value(),
      .blob = options.extensions.cred_blob,
      .excluded_credentials = ids_of(options.exclude_credentials),
      .enterprise_attestation = enterprise_attestation(challenge, facts)};
  if (const auto protection = options.extensions.credential_protection) {
    // Both enumerations carry the extension's own numbers (CTAP 2.1 §12.1).
    request.credential_protection = static_cast<device::CredentialProtection>(*protection);
  }
  return request;
}

device::AssertionRequest assertion_request(const ProofChallenge& challenge,
                                           std::vector<device::CredentialId> allowed,
                                           const device::AuthenticatorFacts& facts) {
  return {
      .client_data_hash = core::sha256(core::as_bytes(client_data_for(challenge))),
      .rp_id = challenge.options.rp_id,
      .allowed_credentials = std::move(allowed),
      .is_user_verification_required = verifies_user(challenge.options.user_verification, facts),
      .is_user_presence_wanted = true};
}

device::AssertionRequest silent_look(const std::string& rp_id,
                                     std::vector<device::CredentialId> allowed) {
  return {.client_data_hash = {},
          .rp_id = rp_id,
          .allowed_credentials = std::move(allowed),
          .is_user_verification_required = false,
          .is_user_presence_wanted = false};
}

core::Result<webauthn::RegistrationResponse> registration_response(
    const device::CredentialResponse& made,
    const CreationChallenge& challenge,
    const device::CredentialRequest& request) {
  const auto unreadable_answer = [](const webauthn::Error& error) {
    return core::fail(core::ErrorCode::kRegistrationInvalid,
                      "the key's answer cannot be read: " + error.detail);
  };
  webauthn::NewCredential credential{
      .format = made.format,
      .statement = made.attestation_statement,
      .authenticator_data = made.authenticator_data,
      .client_data_json = core::to_bytes(core::as_bytes(client_data_for(challenge))),
      .transports = made.transports,
      .is_resident = std::nullopt};
  if (challenge.options.extensions.cred_props) {
    credential.is_resident = request.is_resident_key_wanted;
  }
  auto conveyed = webauthn::convey(std::move(credential), challenge.options.attestation);
  if (!conveyed) return unreadable_answer(conveyed.error());
  auto response = webauthn::make_registration_response(std::move(conveyed.value()));
  if (!response) return unreadable_answer(response.error());
  return std::move(response.value());
}

core::Result<std::string> registration_json(const device::CredentialResponse& made,
                                            const CreationChallenge& challenge,
                                            const device::CredentialRequest& request) {
  const auto response = registration_response(made, challenge, request);
  if (!response) return std::unexpected(response.error());
  return webauthn::to_json(response.value());
}

webauthn::AuthenticationResponse assertion_response(const device::AssertionResponse& made,
                                                    const ProofChallenge& challenge) {
  webauthn::AuthenticationResponse response{
      .id = made.credential_id,
      .client_data_json = core::to_bytes(core::as_bytes(client_data_for(challenge))),
      .authenticator_data = made.authenticator_data,
      .signature = made.signature,
      .user_handle = std::nullopt,
      .attachment = webauthn::AuthenticatorAttachment::kCrossPlatform};
  if (!made.user_handle.empty()) response.user_handle = made.user_handle;
  return response;
}

std::string assertion_json(const device::AssertionResponse& made, const ProofChallenge& challenge) {
  return webauthn::to_json(assertion_response(made, challenge));
}

}  // namespace firstkey::enroll
