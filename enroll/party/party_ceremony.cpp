#include "enroll/party/party_ceremony.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/webauthn/authenticator_data.h"
#include "enroll/key_suitability.h"

namespace firstkey::enroll {

namespace {

namespace webauthn = core::webauthn;

/// Source: WebAuthn L3 §5.1.3, "recommended range and default for a ceremony timeout".
constexpr std::chrono::minutes kShortestTimeout{5};
constexpr std::chrono::minutes kLongestTimeout{10};

core::Instant end_of(const PartyScene& scene,
                     const std::optional<std::chrono::milliseconds>& timeout) {
  const auto wished = timeout.value_or(kShortestTimeout);
  return scene.now +
         std::clamp<std::chrono::milliseconds>(wished, kShortestTimeout, kLongestTimeout);
}

struct Place {
  std::string rp_id;
  std::string origin;
};

/// §5.1.3 steps 6 to 8, §5.1.4 steps 5 to 7.
PartyResult<Place> place_of(const std::string& rp_id, const PartyScene& scene) {
  if (scene.form == AnswerForm::kSshNote && !is_beyond_browsers(scene.form, rp_id)) {
    return refuse(PartyErrorCode::kFormUnsuitable,
                  "ssh-keygen finds the keys of relying parties that begin with ssh: only");
  }
  if (is_beyond_browsers(scene.form, rp_id)) {
    if (scene.origin) {
      return refuse(PartyErrorCode::kOriginInvalid, "no page of a browser acts for " + rp_id);
    }
    return Place{.rp_id = rp_id, .origin = rp_id};
  }
  if (!scene.origin && rp_id.empty()) {
    return refuse(PartyErrorCode::kOriginInvalid,
                  "the options name no relying party; say where their page is with --origin");
  }
  if (!scene.origin) {
    auto origin = Origin::of(rp_id);
    if (!origin) return std::unexpected(std::move(origin.error()));
    return Place{.rp_id = rp_id, .origin = origin->text()};
  }
  const auto& id = rp_id.empty() ? scene.origin->host() : rp_id;
  if (auto allowed = check_rp_id(*scene.origin, id); !allowed) {
    return std::unexpected(std::move(allowed.error()));
  }
  return Place{.rp_id = id, .origin = scene.origin->text()};
}

std::unexpected<PartyError> unsuitable(std::string why) {
  return refuse(PartyErrorCode::kKeyUnsuitable, std::move(why));
}

bool always_verifies_user(const device::AuthenticatorFacts& facts) {
  return facts.options.always_uv == device::Option::kTrue;
}

/// Whether a key that speaks U2F only can do this: nobody verified, nothing kept, ES256.
bool is_within_u2f(const webauthn::CreationOptions& options) {
  const auto demands = demands_of(options);
  return !demands.requires_resident_key && !demands.requires_user_verification &&
         !demands.requires_credential_protection &&
         std::ranges::find(options.algorithms, webauthn::Algorithm::kEs256) !=
             options.algorithms.end();
}

CreationOutputs outputs_of(const webauthn::CreationExtensions& asked,
                           const webauthn::ExtensionOutputs& signed_outputs,
                           const device::CredentialResponse& made) {
  CreationOutputs outputs;
  const bool has_secret = signed_outputs.hmac_secret.value_or(false);
  if (asked.hmac_create_secret) outputs.hmac_create_secret = has_secret;
  if (asked.prf) outputs.prf_enabled = has_secret;
  if (asked.prf) outputs.prf_results = made.hmac_secret;
  if (asked.large_blob) outputs.large_blob_supported = made.has_large_blob_key;
  if (asked.cred_blob) outputs.cred_blob = signed_outputs.cred_blob.value_or(false);
  return outputs;
}

/// §10.1.4, authentication, step 4: what is said for this credential goes before the rest.
std::optional<webauthn::PrfValues> values_for(const webauthn::PrfRequest& prf,
                                              const std::optional<core::Bytes>& id) {
  const auto found = std::ranges::find_if(
      prf.by_credential, [&](const auto& entry) { return id && entry.first == *id; });
  return found == prf.by_credential.end() ? prf.eval : std::optional(found->second);
}

device::HmacSalts as_they_are(const webauthn::HmacSalts& asked) {
  device::HmacSalts salts;
  std::ranges::copy(asked.salt1, salts.first.begin());
  if (asked.salt2) std::ranges::copy(*asked.salt2, salts.second.emplace().begin());
  return salts;
}

/// A key computes one thing at a time; prf, which the standard has, goes first.
std::optional<device::HmacSalts> salts_for(const webauthn::RequestExtensions& asked,
                                           const std::optional<core::Bytes>& id) {
  const auto values = asked.prf ? values_for(*asked.prf, id) : std::nullopt;
  if (values) return to_salts(*values);
  if (!asked.hmac_get_secret) return std::nullopt;
  return as_they_are(*asked.hmac_get_secret);
}

}  // namespace

PartyResult<CreationChallenge> place(PartyCreation creation, const PartyScene& scene) {
  auto at = place_of(creation.options.rp.id, scene);
  if (!at) return std::unexpected(std::move(at.error()));
  if (creation.expires_at && scene.now >= *creation.expires_at) {
    return refuse(
        PartyErrorCode::kChallengeExpired,
        "the options held until " + core::to_rfc3339(*creation.expires_at) + "; fetch new ones");
  }
  creation.options.rp.id = std::move(at->rp_id);
  const auto end = end_of(scene, creation.options.timeout);
  return CreationChallenge{.options = std::move(creation.options),
                           .origin = std::move(at->origin),
                           .expires_at = std::min(end, creation.expires_at.value_or(end))};
}

PartyResult<ProofChallenge> place(PartyRequest request, const PartyScene& scene) {
  auto at = place_of(request.options.rp_id, scene);
  if (!at) return std::unexpected(std::move(at.error()));
  request.options.rp_id = std::move(at->rp_id);
  const auto end = end_of(scene, request.options.timeout);
  return ProofChallenge{
      .options = std::move(request.options), .origin = std::move(at->origin), .expires_at = end};
}

PartyResult<void> check_key(const webauthn::CreationOptions& options,
                            const device::AuthenticatorFacts& facts) {
  if (options.attachment == webauthn::AuthenticatorAttachment::kPlatform) {
    return unsuitable("the options want an authenticator that is part of a machine, not a key");
  }
  const bool needs_large_blobs =
      options.extensions.large_blob == webauthn::LargeBlobSupport::kRequired;
  if (!facts.is_fido2 && is_within_u2f(options) && !needs_large_blobs) return {};
  auto demands = demands_of(options);
  demands.allows_simulated = true;  // whether it counts is for the relying party to say
  const auto fit = assess({.facts = facts}, demands);
  if (const auto* reason = std::get_if<Unsuitable>(&fit)) {
    return unsuitable(std::string(advice(reason->reason)));
  }
  if (needs_large_blobs && !facts.has_extension("largeBlobKey")) {
    return unsuitable("This key keeps no large blobs, which the options require");
  }
  return {};
}

bool verifies_user(const device::CredentialRequest& request,
                   const device::AuthenticatorFacts& facts) {
  if (request.is_user_verification_required || always_verifies_user(facts)) return true;
  if (!facts.has_pin() && !facts.has_user_verification()) return false;
  // CTAP 2.1 §6.1.2 step 7: without it a protected key wants its user all the same.
  return request.is_resident_key_wanted ||
         facts.options.make_cred_uv_not_rqd != device::Option::kTrue;
}

bool verifies_user(const device::AssertionRequest& request,
                   const device::AuthenticatorFacts& facts) {
  return request.is_user_verification_required || always_verifies_user(facts) ||
         (request.large_blob_act == device::LargeBlobAct::kWrite && facts.has_pin());
}

PartyResult<PartyRegistration> finish(const CreationChallenge& challenge,
                                      const device::CredentialRequest& request,
                                      const device::CredentialResponse& made) {
  auto response = registration_response(made, challenge, request);
  if (!response) {
    return refuse(PartyErrorCode::kAnswerUnreadable, std::move(response.error().detail));
  }
  const auto data = webauthn::AuthenticatorData::parse(made.authenticator_data);
  if (!data) return refuse(PartyErrorCode::kAnswerUnreadable, data.error().detail);
  return PartyRegistration{
      .options = challenge.options,
      .response = std::move(response.value()),
      .outputs = outputs_of(challenge.options.extensions, data->extensions, made),
      .is_user_verified = data->is_user_verified,
      .is_discoverable = request.is_resident_key_wanted};
}

bool needs_look(const webauthn::RequestOptions& options) {
  const auto& prf = options.extensions.prf;
  return prf && !prf->by_credential.empty() && options.allow_credentials.size() > 1;
}

device::AssertionRequest sign_in_request(const ProofChallenge& challenge,
                                         const std::optional<core::Bytes>& id,
                                         const device::AuthenticatorFacts& facts) {
  const auto& options = challenge.options;
  const auto& asked = options.extensions;
  auto allowed = id ? std::vector<device::CredentialId>{*id} : ids_of(options.allow_credentials);
  const auto known = allowed.size() == 1 ? std::optional(allowed.front()) : std::nullopt;
  auto request = assertion_request(challenge, std::move(allowed), facts);
  request.hmac_salts = salts_for(asked, known);
  request.is_blob_wanted = asked.get_cred_blob;
  if (asked.large_blob.is_read) request.large_blob_act = device::LargeBlobAct::kRead;
  if (asked.large_blob.written) {
    request.large_blob_act = device::LargeBlobAct::kWrite;
    request.large_blob = *asked.large_blob.written;
  }
  return request;
}

PartySignIn finish(const ProofChallenge& challenge, const device::AssertionResponse& made) {
  const auto& asked = challenge.options.extensions;
  RequestOutputs outputs{.has_prf = asked.prf.has_value(),
                         .large_blob = made.large_blob,
                         .large_blob_written = std::nullopt,
                         .cred_blob = made.blob};
  const bool is_prf = asked.prf && values_for(*asked.prf, made.credential_id);
  (is_prf ? outputs.prf_results : outputs.hmac_secret) = made.hmac_secret;
  if (asked.large_blob.written) outputs.large_blob_written = made.is_large_blob_written;
  return {.response = assertion_response(made, challenge), .outputs = std::move(outputs)};
}

}  // namespace firstkey::enroll
