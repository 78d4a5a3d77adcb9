#include "device/softkey/make_credential.h"

#include <algorithm>

#include "device/softkey/authenticator_data.h"
#include "device/softkey/built_in_verification.h"
#include "device/softkey/crypto.h"
#include "device/softkey/hmac_secret.h"
#include "device/softkey/request.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kCredentialIdSize = 32;
static_assert(kCredentialIdSize <= kMaximumCredentialIdSize);
constexpr std::size_t kHmacSecretSize = 32;
constexpr std::size_t kLargeBlobKeySize = 32;

/// kByFinger: by the touch that is still to come.
enum class Verification : std::uint8_t { kNone, kByToken, kByFinger };

/// Step 12: a credential that demands user verification is not revealed without it.
bool is_excluded(const KeyParts& key, const MakeCredentialRequest& request, Verification uv) {
  return std::ranges::any_of(request.exclude_list, [&](const Bytes& id) {
    const Credential* found = key.store.find(id, request.rp_id);
    return found != nullptr &&
           (found->protection != CredProtect::kUvRequired || uv != Verification::kNone);
  });
}

bool is_full(const KeyParts& key, const MakeCredentialRequest& request) {
  if (request.wants_discoverable && key.store.has_account(request.rp_id, request.user.id)) {
    return false;
  }
  return key.store.count() >= CredentialStore::kMaximumCount ||
         (request.wants_discoverable &&
          key.store.discoverable_count() >= key.settings.maximum_discoverable);
}

/// Whether there is a blob to keep and it is short enough; one that is not makes no difference to
/// the credential (§12.2).
bool keeps_blob(const MakeCredentialRequest& request) {
  return request.blob && request.blob->size() <= kMaximumBlobSize;
}

/// §12.4: who may know, and asks.
bool is_told_minimum_pin_length(const KeyParts& key, const MakeCredentialRequest& request) {
  const auto& told = key.store.configuration().rp_ids_told_minimum_pin_length;
  return request.wants_minimum_pin_length && std::ranges::find(told, request.rp_id) != told.end();
}

/// What is signed of the extensions but for hmac-secret-mc.
cbor::Map extension_outputs(const KeyParts& key, const MakeCredentialRequest& request) {
  cbor::Map outputs;
  if (request.is_protection_requested) {
    outputs.add("credProtect", static_cast<int>(request.protection));
  }
  if (request.wants_hmac_secret) outputs.add("hmac-secret", true);
  if (request.blob) outputs.add("credBlob", keeps_blob(request));
  if (is_told_minimum_pin_length(key, request)) {
    outputs.add("minPinLength", static_cast<std::int64_t>(key.client_pin.minimum_length()));
  }
  return outputs;
}

Result<Credential> new_credential(const KeyParts& key,
                                  const MakeCredentialRequest& request,
                                  const SigningKey& signing_key) {
  auto private_key = signing_key.to_pkcs8();
  if (!private_key) return std::unexpected(private_key.error());
  Credential credential{.id = key.random.bytes(kCredentialIdSize),
                        .rp_id = request.rp_id,
                        .rp_id_hash = sha256(as_bytes(request.rp_id)),
                        .user_id = request.user.id,
                        .user_name = request.user.name,
                        .user_display_name = request.user.display_name,
                        .is_discoverable = request.wants_discoverable,
                        .protection = request.protection,
                        .algorithm = request.algorithm,
                        .private_key = std::move(*private_key),
                        .hmac_secrets = {},
                        .sign_count = 0};
  if (request.wants_hmac_secret) {
    credential.hmac_secrets.emplace(SecretBytes(key.random.bytes(kHmacSecretSize)),
                                    SecretBytes(key.random.bytes(kHmacSecretSize)));
  }
  if (keeps_blob(request)) credential.blob = *request.blob;
  if (request.wants_large_blob_key) {
    credential.large_blob_key.emplace(key.random.bytes(kLargeBlobKeySize));
  }
  return credential;
}

// What a platform may ask of enterprise attestation (§7.1).
constexpr std::int64_t kVendorFacilitated = 1;
constexpr std::int64_t kPlatformManaged = 2;

/// Step 9. A vendor-facilitated one is for relying parties known to the key; any other is attested
/// as if nothing had been asked for.
Result<Attestation::Scope> attestation_scope(const KeyParts& key,
                                             const MakeCredentialRequest& request) {
  if (!request.enterprise_attestation) return Attestation::Scope::kModel;
  if (!key.store.configuration().allows_enterprise_attestation) {
    return std::unexpected(Status::kInvalidParameter);
  }
  const auto& known = key.settings.enterprise_rp_ids;
  const bool is_known = std::ranges::find(known, request.rp_id) != known.end();
  switch (*request.enterprise_attestation) {
    case kVendorFacilitated:
      return is_known ? Attestation::Scope::kThisKey : Attestation::Scope::kModel;
    case kPlatformManaged:
      return Attestation::Scope::kThisKey;
    default:
      return std::unexpected(Status::kInvalidOption);
  }
}

/// What has been found out about a request before anybody touched the key.
struct Granted {
  Verification uv = Verification::kNone;
  Attestation::Scope scope = Attestation::Scope::kModel;
  std::optional<HmacSalts> salts;
};

Result<std::optional<cbor::Map>> signed_outputs(const KeyParts& key,
                                                const MakeCredentialRequest& request,
                                                const Credential& credential,
                                                const Granted& granted,
                                                std::uint8_t user_flags) {
  auto outputs = extension_outputs(key, request);
  if (granted.salts && credential.hmac_secrets) {
    auto output = hmac_secret_output(key, *credential.hmac_secrets, *granted.salts, user_flags);
    if (!output) return std::unexpected(output.error());
    outputs.add("hmac-secret-mc", std::move(*output));
  }
  if (outputs.is_empty()) return std::nullopt;
  return outputs;
}

/// Steps 14 to 19, once the user has touched the key.
Result<Bytes> finish(const KeyParts& key,
                     const MakeCredentialRequest& request,
                     const Granted& granted) {
  if (granted.uv == Verification::kByFinger) {
    const auto verified = verify_by_finger(key.client_pin);
    if (!verified) return std::unexpected(verified.error());
  }
  // Step 15: consent is given once; the token allows nothing further.
  key.client_pin.clear_token_permissions();
  // Step 18.
  if (is_full(key, request)) return std::unexpected(Status::kKeyStoreFull);
  // Step 17.
  const auto signing_key = SigningKey::generate(request.algorithm);
  if (!signing_key) return std::unexpected(signing_key.error());
  auto public_key = signing_key->to_cose();
  if (!public_key) return std::unexpected(public_key.error());
  auto credential = new_credential(key, request, *signing_key);
  if (!credential) return std::unexpected(credential.error());
  // Steps 16 and 19.
  const auto user_flags = static_cast<std::uint8_t>(
      kUserPresent | (granted.uv != Verification::kNone ? kUserVerified : 0U));
  auto outputs = signed_outputs(key, request, *credential, granted, user_flags);
  if (!outputs) return std::unexpected(outputs.error());
  const Bytes auth_data = encode(AuthenticatorData{
      .rp_id = request.rp_id,
      .user_flags = user_flags,
      .sign_count = credential->sign_count,
      .attested = AttestedCredential{key.settings.aaguid, credential->id, std::move(*public_key)},
      .extensions = std::move(*outputs)});
  auto statement =
      key.attestation.attest(*signing_key, auth_data, request.client_data_hash, granted.scope);
  if (!statement) return std::unexpected(statement.error());
  cbor::Map answer{
      {0x01, statement->format}, {0x02, auth_data}, {0x03, std::move(statement->members)}};
  if (granted.scope == Attestation::Scope::kThisKey) answer.add(0x04, true);
  if (credential->large_blob_key) answer.add(0x05, credential->large_blob_key->expose());
  if (const auto added = key.store.add(std::move(*credential)); !added) {
    return std::unexpected(added.error());
  }
  return cbor::encode(answer);
}

/// Steps 6, 7 and 11: with a PIN set, only its holder makes credentials (makeCredUvNotRqd is
/// false); with alwaysUv nobody does before there is one.
Result<Verification> verify_user(const KeyParts& key, const MakeCredentialRequest& request) {
  if (request.wants_finger) {
    const auto may_try = may_verify_by_finger(key.client_pin);
    if (!may_try) return std::unexpected(may_try.error());
    return Verification::kByFinger;
  }
  if (!request.pin_uv_auth) {
    if (key.client_pin.can_verify_user() || key.store.configuration().always_verifies_user) {
      return std::unexpected(Status::kPuatRequired);
    }
    return Verification::kNone;
  }
  if (!key.client_pin.can_verify_user()) return std::unexpected(Status::kPinNotSet);
  if (!key.client_pin.admit(*request.pin_uv_auth,
                            request.client_data_hash,
                            {.permission = Permission::kMakeCredential, .rp_id = request.rp_id})) {
    return std::unexpected(Status::kPinAuthInvalid);
  }
  return Verification::kByToken;
}

}  // namespace

Consent ask_for_touch_alone(const KeyParts& key) {
  return {[key]() -> Result<Bytes> {
    return std::unexpected(key.client_pin.is_set() ? Status::kPinInvalid : Status::kPinNotSet);
  }};
}

Outcome make_credential(const KeyParts& key, const cbor::Map& parameters) {
  // Steps 2 to 5 and 9 that need nothing but the request itself.
  auto request = parse_make_credential(parameters);
  if (!request) return std::unexpected(request.error());
  // Step 1.
  if (is_touch_probe(request->pin_uv_auth)) return ask_for_touch_alone(key);
  // Step 5: "rk" is an option only of a key that has room for such credentials at all.
  if (request->wants_discoverable && key.settings.maximum_discoverable == 0) {
    return std::unexpected(Status::kUnsupportedOption);
  }
  const auto scope = attestation_scope(key, *request);
  if (!scope) return std::unexpected(scope.error());
  const auto verified = verify_user(key, *request);
  if (!verified) return std::unexpected(verified.error());
  // Step 12.
  if (is_excluded(key, *request, *verified)) {
    return Consent{[key]() -> Result<Bytes> {
      key.client_pin.clear_token_permissions();
      return std::unexpected(Status::kCredentialExcluded);
    }};
  }
  Granted granted{.uv = *verified, .scope = *scope, .salts = {}};
  if (request->hmac_secret) {
    auto salts = open_salts(key, *request->hmac_secret);
    if (!salts) return std::unexpected(salts.error());
    granted.salts = std::move(*salts);
  }
  return Consent{[key, request = std::move(*request), granted = std::move(granted)] {
    return finish(key, request, granted);
  }};
}

}  // namespace firstkey::device::softkey
