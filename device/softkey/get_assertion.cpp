#include "device/softkey/get_assertion.h"

#include "device/softkey/authenticator_data.h"
#include "device/softkey/built_in_verification.h"
#include "device/softkey/hmac_secret.h"
#include "device/softkey/make_credential.h"
#include "device/softkey/request.h"

namespace firstkey::device::softkey {
namespace {

using Signing = RemainingAssertions::Signing;

/// Step 7: what the client may know of, given what it named and whether the user is verified.
bool is_visible(const Credential& credential, bool is_listed, bool is_verified) {
  switch (credential.protection) {
    case CredProtect::kUvOptional:
      return true;
    case CredProtect::kUvOptionalWithCredentialIdList:
      return is_listed || is_verified;
    case CredProtect::kUvRequired:
      return is_verified;
  }
  return false;
}

std::vector<Bytes> locate(const KeyParts& key, const GetAssertionRequest& request) {
  const bool is_verified = request.pin_uv_auth.has_value() || request.wants_finger;
  std::vector<Bytes> ids;
  if (request.allow_list.empty()) {
    for (const Credential* credential : key.store.discoverable_for(request.rp_id)) {
      if (is_visible(*credential, false, is_verified)) ids.push_back(credential->id);
    }
    return ids;
  }
  for (const Bytes& id : request.allow_list) {
    const Credential* credential = key.store.find(id, request.rp_id);
    if (credential == nullptr || !is_visible(*credential, true, is_verified)) continue;
    return {id};  // step 11: any of the listed ones will do
  }
  return {};
}

Result<std::optional<cbor::Map>> extension_outputs(const KeyParts& key,
                                                   const Credential& credential,
                                                   const Signing& signing) {
  cbor::Map outputs;
  if (signing.salts && credential.hmac_secrets) {
    auto output =
        hmac_secret_output(key, *credential.hmac_secrets, *signing.salts, signing.user_flags);
    if (!output) return std::unexpected(output.error());
    outputs.add("hmac-secret", std::move(*output));
  }
  if (signing.wants_blob) outputs.add("credBlob", credential.blob);
  if (outputs.is_empty()) return std::nullopt;
  return outputs;
}

/// Step 12: what names a person is told to a verified user only, and only to tell accounts apart.
cbor::Map user_entity(const Credential& credential, bool is_named) {
  cbor::Map user{{"id", credential.user_id}};
  if (is_named && credential.user_name) user.add("name", *credential.user_name);
  if (is_named && credential.user_display_name) {
    user.add("displayName", *credential.user_display_name);
  }
  return user;
}

enum class Accounts : std::uint8_t { kOne, kSeveral };

/// Step 13: the assertion of one credential, as a map the first answer adds its count to.
Result<cbor::Map> sign(const KeyParts& key,
                       const Signing& signing,
                       BytesView id,
                       Accounts accounts) {
  const auto sign_count = key.store.raise_sign_count(id);
  if (!sign_count) return std::unexpected(sign_count.error());
  const Credential* credential = key.store.find(id, signing.rp_id);
  if (credential == nullptr) return std::unexpected(Status::kNoCredentials);
  auto extensions = extension_outputs(key, *credential, signing);
  if (!extensions) return std::unexpected(extensions.error());
  const Bytes auth_data = encode(AuthenticatorData{.rp_id = signing.rp_id,
                                                   .user_flags = signing.user_flags,
                                                   .sign_count = *sign_count,
                                                   .attested = {},
                                                   .extensions = std::move(*extensions)});
  const auto signing_key =
      SigningKey::from_pkcs8(credential->algorithm, credential->private_key.expose());
  if (!signing_key) return std::unexpected(signing_key.error());
  Bytes message = auth_data;
  append(message, signing.client_data_hash);
  auto signature = signing_key->sign(message);
  if (!signature) return std::unexpected(signature.error());
  cbor::Map answer{{0x01, cbor::Map{{"id", credential->id}, {"type", "public-key"}}},
                   {0x02, auth_data},
                   {0x03, std::move(*signature)}};
  if (credential->is_discoverable) {
    const bool is_named =
        accounts == Accounts::kSeveral && (signing.user_flags & kUserVerified) != 0;
    answer.add(0x04, user_entity(*credential, is_named));
  }
  if (signing.wants_large_blob_key && credential->large_blob_key) {
    answer.add(0x07, credential->large_blob_key->expose());
  }
  return answer;
}

/// Steps 9 to 13, once nothing more is wanted of the user.
Result<Bytes> finish(const KeyParts& key,
                     Signing signing,
                     std::vector<Bytes> ids,
                     std::optional<RemainingAssertions>& remaining) {
  const auto accounts = ids.size() > 1 ? Accounts::kSeveral : Accounts::kOne;
  auto answer = sign(key, signing, ids.front(), accounts);
  if (!answer) return std::unexpected(answer.error());
  if (accounts == Accounts::kSeveral) {
    answer->add(0x05, static_cast<int>(ids.size()));
    ids.erase(ids.begin());
    remaining.emplace(std::move(signing), std::move(ids), key.clock.now());
  }
  return cbor::encode(std::move(*answer));
}

/// Steps 5 to 7 of getAssertion, and hmac-secret's own conditions: all that can refuse a request
/// before a touch is asked for.
Result<Signing> admit(const KeyParts& key, const GetAssertionRequest& request) {
  Signing signing{.rp_id = request.rp_id,
                  .client_data_hash = request.client_data_hash,
                  .salts = {},
                  .wants_blob = request.wants_blob,
                  .wants_large_blob_key = request.wants_large_blob_key};
  if (request.wants_finger) {
    // A finger that is put on the key is there.
    if (!request.wants_presence) return std::unexpected(Status::kUnsupportedOption);
    const auto may_try = may_verify_by_finger(key.client_pin);
    if (!may_try) return std::unexpected(may_try.error());
    signing.user_flags |= kUserVerified;
  } else if (request.pin_uv_auth) {
    if (!key.client_pin.can_verify_user()) return std::unexpected(Status::kPinNotSet);
    if (!key.client_pin.admit(*request.pin_uv_auth,
                              request.client_data_hash,
                              {.permission = Permission::kGetAssertion, .rp_id = request.rp_id})) {
      return std::unexpected(Status::kPinAuthInvalid);
    }
    signing.user_flags |= kUserVerified;
  } else if (key.store.configuration().always_verifies_user && request.wants_presence) {
    return std::unexpected(Status::kPuatRequired);  // step 5
  }
  if (request.hmac_secret) {
    // §12.5: a secret is not given away without presence.
    if (!request.wants_presence) return std::unexpected(Status::kUnsupportedOption);
    auto salts = open_salts(key, *request.hmac_secret);
    if (!salts) return std::unexpected(salts.error());
    signing.salts = std::move(*salts);
  }
  return signing;
}

}  // namespace

Outcome get_assertion(const KeyParts& key,
                      const cbor::Map& parameters,
                      std::optional<RemainingAssertions>& remaining) {
  // Steps 2 to 4.
  const auto request = parse_get_assertion(parameters);
  if (!request) return std::unexpected(request.error());
  // Step 1.
  if (is_touch_probe(request->pin_uv_auth)) return ask_for_touch_alone(key);
  auto signing = admit(key, *request);
  if (!signing) return std::unexpected(signing.error());
  // Step 7.
  auto ids = locate(key, *request);
  if (ids.empty()) return std::unexpected(Status::kNoCredentials);
  if (!request->wants_presence) {
    auto answer = finish(key, std::move(*signing), std::move(ids), remaining);
    if (!answer) return std::unexpected(answer.error());
    return std::move(*answer);
  }
  // Step 9.
  return Consent{[key,
                  &remaining,
                  wants_finger = request->wants_finger,
                  signing = std::move(*signing),
                  ids = std::move(ids)]() mutable -> Result<Bytes> {
    if (wants_finger) {
      const auto verified = verify_by_finger(key.client_pin);
      if (!verified) return std::unexpected(verified.error());
    }
    key.client_pin.clear_token_permissions();
    signing.user_flags |= kUserPresent;
    return finish(key, std::move(signing), std::move(ids), remaining);
  }};
}

Outcome get_next_assertion(const KeyParts& key, std::optional<RemainingAssertions>& remaining) {
  const Instant now = key.clock.now();
  if (!remaining || now - remaining->last_given >= RemainingAssertions::kPatience) {
    remaining.reset();
    return std::unexpected(Status::kNotAllowed);
  }
  auto answer =
      sign(key, remaining->signing, remaining->credential_ids.front(), Accounts::kSeveral);
  if (!answer) return std::unexpected(answer.error());
  remaining->credential_ids.erase(remaining->credential_ids.begin());
  remaining->last_given = now;
  if (remaining->credential_ids.empty()) remaining.reset();
  return cbor::encode(std::move(*answer));
}

}  // namespace firstkey::device::softkey
