#include "core/ceremony_terms.h"

#include <algorithm>
#include <utility>

#include "core/key_rules.h"

namespace firstkey::core {

namespace {

/// Tells a browser to offer security keys first. Source: WebAuthn L3 §5.8.7.
constexpr const char* kSecurityKeyHint = "security-key";

std::vector<webauthn::Algorithm> algorithms_of(const KeyPolicy& policy) {
  std::vector<webauthn::Algorithm> algorithms;
  for (const int cose : policy.algorithms) {
    if (const auto algorithm = webauthn::algorithm_from_cose(cose)) {
      algorithms.push_back(algorithm.value());
    }
  }
  return algorithms;
}

std::chrono::milliseconds timeout_of(const Challenge& challenge) {
  return std::chrono::floor<std::chrono::milliseconds>(challenge.expires_at - challenge.created_at);
}

webauthn::CeremonyExpectations ceremony_expectations(const Settings& settings,
                                                     const Bytes& challenge) {
  const auto& policy = settings.key_policy;
  return {.challenge = challenge,
          .rp_id = settings.relying_party.id,
          .origins = settings.relying_party.origins,
          .user_verification = policy.requires_user_verification
                                   ? webauthn::UserVerificationRule::kRequired
                                   : webauthn::UserVerificationRule::kNotRequired,
          .backup = policy.allows_backup_eligible ? webauthn::BackupRule::kBackupEligibleAllowed
                                                  : webauthn::BackupRule::kDeviceBoundOnly};
}

bool is_required(KeyFeature feature, const std::vector<const PasskeyProfile*>& profiles) {
  return std::ranges::any_of(profiles, [&](const PasskeyProfile* profile) {
    return std::ranges::find(profile->features, feature) != profile->features.end();
  });
}

/// An attestation that names the very key is asked for only where a profile has a list of them.
webauthn::AttestationConveyance conveyance_for(const User& user, const KeyPolicy& policy) {
  const bool is_listed =
      std::ranges::any_of(profiles_for(user, policy),
                          [](const PasskeyProfile* profile) { return !profile->serials.empty(); });
  return is_listed ? webauthn::AttestationConveyance::kEnterprise
                   : webauthn::AttestationConveyance::kDirect;
}

/// Where user verification is required, also to find out that the credential is there; a key that
/// does not know the extension is still taken.
webauthn::CreationExtensions extensions_for(const User& user, const KeyPolicy& policy) {
  const auto profiles = profiles_for(user, policy);
  webauthn::CreationExtensions extensions{
      .cred_props = true, .hmac_create_secret = is_required(KeyFeature::kHmacSecret, profiles)};
  if (policy.requires_user_verification) {
    extensions.credential_protection = webauthn::CredentialProtection::kUserVerificationRequired;
  }
  return extensions;
}

}  // namespace

bool demand_alike(const Settings& before, const Settings& after) {
  return before.relying_party == after.relying_party && before.key_policy == after.key_policy &&
         before.trust_roots == after.trust_roots && before.metadata == after.metadata;
}

Result<void> check_key_policy(const Settings& settings, const User& user, const Session& session) {
  if (settings.key_policy.state == PolicyState::kDisabled) {
    return fail(ErrorCode::kKeyNotAllowed, "the policy lets no key be registered at present");
  }
  if (!settings.key_policy.allows_self_service) {
    return fail(ErrorCode::kKeyNotAllowed,
                "the policy leaves registering to administrators: nobody enrolls with a pass");
  }
  if (profiles_for(user, settings.key_policy).empty()) {
    return fail(ErrorCode::kKeyNotAllowed,
                "the key policy is not for this account; ask your administrator");
  }
  if (session.is_simulated && !settings.key_policy.allows_simulators) {
    return fail(ErrorCode::kSimulatorNotAllowed, "the key policy allows no simulated keys");
  }
  return {};
}

webauthn::CreationOptions creation_options(const Settings& settings,
                                           const User& user,
                                           const Challenge& challenge,
                                           const std::vector<CredentialRecord>& existing) {
  const auto& policy = settings.key_policy;
  webauthn::CreationOptions options{
      .rp = {.id = settings.relying_party.id, .name = settings.relying_party.name},
      .user = {.id = user.handle, .name = user.name, .display_name = user.display_name},
      .challenge = challenge.value,
      .algorithms = algorithms_of(policy),
      .timeout = timeout_of(challenge),
      .attachment = webauthn::AuthenticatorAttachment::kCrossPlatform,
      .resident_key = policy.requires_resident_key ? webauthn::ResidentKeyRequirement::kRequired
                                                   : webauthn::ResidentKeyRequirement::kPreferred,
      .user_verification = policy.requires_user_verification
                               ? webauthn::UserVerificationRequirement::kRequired
                               : webauthn::UserVerificationRequirement::kPreferred,
      .hints = {kSecurityKeyHint},
      .attestation = conveyance_for(user, policy),
      .attestation_formats = {"packed", "fido-u2f"},  // those verified here that say who made a key
      .extensions = extensions_for(user, policy)};
  for (const auto& credential : existing) {
    options.exclude_credentials.push_back(
        {.id = credential.id, .transports = credential.transports});
  }
  return options;
}

webauthn::RegistrationExpectations registration_expectations(const Settings& settings,
                                                             const Bytes& challenge,
                                                             const AttestationAnchors& anchors,
                                                             Instant now) {
  return {.ceremony = ceremony_expectations(settings, challenge),
          .algorithms = algorithms_of(settings.key_policy),
          .attestation = webauthn::AttestationRule::kNotEnforced,  // the profiles' to ask for
          .trust_store = &anchors.listed.of_any_model,
          .model_trust_stores = &anchors.listed.by_model,
          .metadata = anchors.metadata,
          .metadata_rules = metadata_rules(settings.key_policy),
          .now = now};
}

webauthn::MetadataRules metadata_rules(const KeyPolicy& policy) {
  return {
      .refuses_user_verification_bypass = policy.metadata.refuses_user_verification_bypass,
      .refuses_user_key_remote_compromise = policy.metadata.refuses_user_key_remote_compromise,
      .refuses_user_key_physical_compromise = policy.metadata.refuses_user_key_physical_compromise,
      .grace = policy.metadata.grace};
}

webauthn::RequestOptions request_options(const Settings& settings,
                                         const CredentialRecord& credential,
                                         const Challenge& challenge) {
  return {.challenge = challenge.value,
          .timeout = timeout_of(challenge),
          .rp_id = settings.relying_party.id,
          .allow_credentials = {{.id = credential.id, .transports = credential.transports}},
          .user_verification = webauthn::UserVerificationRequirement::kRequired,
          .hints = {kSecurityKeyHint}};
}

webauthn::AssertionExpectations assertion_expectations(const Settings& settings,
                                                       const User& user,
                                                       const Bytes& credential_id,
                                                       const Bytes& challenge) {
  webauthn::AssertionExpectations expectations{
      .ceremony = ceremony_expectations(settings, challenge),
      .allow_credentials = {credential_id},
      .user_handle = user.handle};
  expectations.ceremony.user_verification = webauthn::UserVerificationRule::kRequired;
  return expectations;
}

}  // namespace firstkey::core
