#include "device/softkey/make_credential.h"

#include <algorithm>

#include "device/softkey/authenticator_data.h"
#include "device/softkey/crypto.h"
#include "device/softkey/request.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kCredentialIdSize = 32;
static_assert(kCredentialIdSize <= kMaximumCredentialIdSize);
constexpr std::size_t kHmacSecretSize = 32;
/// Discoverable and other credentials together; keeps the state file below its own limit.
constexpr std::size_t kMaximumStored = 1000;

enum class Verification : std::uint8_t { kNone, kByToken };

/// Step 12: a credential that demands user verification is not revealed without it.
bool is_excluded(const KeyParts& key, const MakeCredentialRequest& request, Verification uv) {
  return std::ranges::any_of(request.exclude_list, [&](const Bytes& id) {
    const Credential* found = key.store.find(id, request.rp_id);
    return found != nullptr &&
           (found->protection != CredProtect::kUvRequired || uv == Verification::kByToken);
  });
}

bool is_full(const KeyParts& key, const MakeCredentialRequest& request) {
  if (request.wants_discoverable && key.store.has_account(request.rp_id, request.user.id)) {
    return false;
  }
  return key.store.count() >= kMaximumStored ||
         (request.wants_discoverable &&
          key.store.discoverable_count() >= key.settings.maximum_discoverable);
}

std::optional<cbor::Map> extension_outputs(const MakeCredentialRequest& request) {
  cbor::Map outputs;
  if (request.is_protection_requested) {
    outputs.add("credProtect", static_cast<int>(request.protection));
  }
  if (request.wants_hmac_secret) outputs.add("hmac-secret", true);
  return outputs.is_empty() ? std::nullopt : std::optional(std::move(outputs));
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
  return credential;
}

/// Steps 14 to 19, once the user has touched the key.
Result<Bytes> finish(const KeyParts& key, const MakeCredentialRequest& request, Verification uv) {
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
  const Bytes auth_data = encode(AuthenticatorData{
      .rp_id = request.rp_id,
      .user_flags = static_cast<std::uint8_t>(kUserPresent |
                                              (uv == Verification::kByToken ? kUserVerified : 0U)),
      .sign_count = credential->sign_count,
      .attested = AttestedCredential{key.settings.aaguid, credential->id, std::move(*public_key)},
      .extensions = extension_outputs(request)});
  auto statement = key.attestation.attest(*signing_key, auth_data, request.client_data_hash);
  if (!statement) return std::unexpected(statement.error());
  if (const auto added = key.store.add(std::move(*credential)); !added) {
    return std::unexpected(added.error());
  }
  return cbor::encode(cbor::Map{
      {0x01, statement->format}, {0x02, auth_data}, {0x03, std::move(statement->members)}});
}

/// Steps 6, 7 and 11: with a PIN set, only its holder makes credentials (makeCredUvNotRqd is
/// false); with alwaysUv nobody does before there is one.
Result<Verification> verify_user(const KeyParts& key, const MakeCredentialRequest& request) {
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
  const auto verified = verify_user(key, *request);
  if (!verified) return std::unexpected(verified.error());
  // Step 12.
  if (is_excluded(key, *request, *verified)) {
    return Consent{[key]() -> Result<Bytes> {
      key.client_pin.clear_token_permissions();
      return std::unexpected(Status::kCredentialExcluded);
    }};
  }
  return Consent{
      [key, request = std::move(*request), uv = *verified] { return finish(key, request, uv); }};
}

}  // namespace firstkey::device::softkey
