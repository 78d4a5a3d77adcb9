#include "device/softkey/request.h"

#include "device/softkey/fields.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kClientDataHashSize = 32;
constexpr std::size_t kMaximumUserIdSize = 64;  // WebAuthn L3 §5.4.3

Result<Bytes> client_data_hash(const cbor::Map& parameters, int key) {
  const auto hash = required_field<Bytes>(parameters, key);
  if (!hash) return std::unexpected(hash.error());
  if ((*hash)->size() != kClientDataHashSize) return std::unexpected(Status::kInvalidLength);
  return **hash;
}

Result<std::optional<std::string>> optional_text(const cbor::Map& map, std::string_view key) {
  const auto text = optional_field<std::string>(map, key);
  if (!text) return std::unexpected(text.error());
  return *text == nullptr ? std::nullopt : std::optional<std::string>(**text);
}

Result<std::string> rp_id(const cbor::Map& parameters) {
  const auto rp = required_field<cbor::Map>(parameters, 0x02);
  if (!rp) return std::unexpected(rp.error());
  const auto id = required_field<std::string>(**rp, "id");
  if (!id) return std::unexpected(id.error());
  return **id;
}

Result<User> user(const cbor::Map& parameters) {
  const auto map = required_field<cbor::Map>(parameters, 0x03);
  if (!map) return std::unexpected(map.error());
  const auto id = required_field<Bytes>(**map, "id");
  if (!id) return std::unexpected(id.error());
  if ((*id)->empty() || (*id)->size() > kMaximumUserIdSize) {
    return std::unexpected(Status::kInvalidLength);
  }
  auto name = optional_text(**map, "name");
  if (!name) return std::unexpected(name.error());
  auto display_name = optional_text(**map, "displayName");
  if (!display_name) return std::unexpected(display_name.error());
  return User{**id, std::move(*name), std::move(*display_name)};
}

/// CTAP 2.1 §6.1.2 step 3: every entry is checked, the first supported one is chosen.
Result<Algorithm> algorithm(const cbor::Map& parameters) {
  const auto params = required_field<cbor::Array>(parameters, 0x04);
  if (!params) return std::unexpected(params.error());
  std::optional<Algorithm> chosen;
  for (const auto& item : **params) {
    const auto* param = item.as<cbor::Map>();
    if (param == nullptr) return std::unexpected(Status::kCborUnexpectedType);
    const auto number = required_field<std::int64_t>(*param, "alg");
    if (!number) return std::unexpected(number.error());
    const auto type = required_field<std::string>(*param, "type");
    if (!type) return std::unexpected(type.error());
    if (!chosen && **type == "public-key") chosen = algorithm_from(**number);
  }
  if (!chosen) return std::unexpected(Status::kUnsupportedAlgorithm);
  return *chosen;
}

/// The ids of a list of credential descriptors; those of other types are passed over.
Result<std::vector<Bytes>> credential_ids(const cbor::Map& parameters, int key) {
  const auto list = optional_field<cbor::Array>(parameters, key);
  if (!list) return std::unexpected(list.error());
  if (*list == nullptr) return std::vector<Bytes>{};
  if ((*list)->size() > kMaximumCredentialsInList) return std::unexpected(Status::kLimitExceeded);
  std::vector<Bytes> ids;
  for (const auto& item : **list) {
    const auto* descriptor = item.as<cbor::Map>();
    if (descriptor == nullptr) return std::unexpected(Status::kCborUnexpectedType);
    const auto id = required_field<Bytes>(*descriptor, "id");
    if (!id) return std::unexpected(id.error());
    const auto type = required_field<std::string>(*descriptor, "type");
    if (!type) return std::unexpected(type.error());
    if (**type == "public-key") ids.push_back(**id);
  }
  return ids;
}

struct Options {
  std::optional<bool> rk;
  std::optional<bool> up;
  std::optional<bool> uv;
};

Result<Options> options(const cbor::Map& parameters, int key) {
  const auto map = optional_field<cbor::Map>(parameters, key);
  if (!map) return std::unexpected(map.error());
  Options options;
  if (*map == nullptr) return options;
  const std::array<std::pair<std::string_view, std::optional<bool>*>, 3> known{
      {{"rk", &options.rk}, {"up", &options.up}, {"uv", &options.uv}}};
  for (const auto& [name, option] : known) {
    const auto value = optional_field<bool>(**map, name);
    if (!value) return std::unexpected(value.error());
    if (*value != nullptr) *option = **value;
  }
  return options;
}

/// The value of a boolean extension; false where it is absent.
Result<bool> flag(const cbor::Map& extensions, std::string_view name) {
  const auto value = optional_field<bool>(extensions, name);
  if (!value) return std::unexpected(value.error());
  return *value != nullptr && **value;
}

/// CTAP 2.1 §12.3: largeBlobKey is true or not there at all.
Result<bool> large_blob_key(const cbor::Map& extensions) {
  const auto value = optional_field<bool>(extensions, "largeBlobKey");
  if (!value) return std::unexpected(value.error());
  if (*value == nullptr) return false;
  if (!**value) return std::unexpected(Status::kInvalidOption);
  return true;
}

Result<std::optional<HmacSecretInput>> hmac_secret_input(const cbor::Map& extensions,
                                                         std::string_view name) {
  const auto map = optional_field<cbor::Map>(extensions, name);
  if (!map) return std::unexpected(map.error());
  if (*map == nullptr) return std::nullopt;
  const auto peer = required_field<cbor::Map>(**map, 0x01);
  if (!peer) return std::unexpected(peer.error());
  const auto salt_enc = required_field<Bytes>(**map, 0x02);
  if (!salt_enc) return std::unexpected(salt_enc.error());
  const auto salt_auth = required_field<Bytes>(**map, 0x03);
  if (!salt_auth) return std::unexpected(salt_auth.error());
  const auto number = optional_field<std::int64_t>(**map, 0x04);
  if (!number) return std::unexpected(number.error());
  // CTAP 2.1 §12.5: clients that know no other protocol leave its number out.
  const auto version = protocol_from(*number == nullptr ? 1 : **number);
  if (!version) return std::unexpected(version.error());
  return HmacSecretInput{**peer, **salt_enc, **salt_auth, *version};
}

Result<void> read_create_extensions(const cbor::Map& parameters, MakeCredentialRequest& request) {
  const auto extensions = optional_field<cbor::Map>(parameters, 0x06);
  if (!extensions) return std::unexpected(extensions.error());
  if (*extensions == nullptr) return {};
  const auto protection = optional_field<std::int64_t>(**extensions, "credProtect");
  if (!protection) return std::unexpected(protection.error());
  if (*protection != nullptr) {
    if (**protection < 1 || **protection > 3) return std::unexpected(Status::kInvalidParameter);
    request.protection = static_cast<CredProtect>(**protection);
    request.is_protection_requested = true;
  }
  const auto hmac_secret = flag(**extensions, "hmac-secret");
  if (!hmac_secret) return std::unexpected(hmac_secret.error());
  request.wants_hmac_secret = *hmac_secret;
  auto salts = hmac_secret_input(**extensions, "hmac-secret-mc");
  if (!salts) return std::unexpected(salts.error());
  // CTAP 2.2 §12.8: it evaluates what hmac-secret makes.
  if (*salts && !*hmac_secret) return std::unexpected(Status::kMissingParameter);
  request.hmac_secret = std::move(*salts);
  const auto minimum_pin_length = flag(**extensions, "minPinLength");
  if (!minimum_pin_length) return std::unexpected(minimum_pin_length.error());
  request.wants_minimum_pin_length = *minimum_pin_length;
  const auto blob = optional_field<Bytes>(**extensions, "credBlob");
  if (!blob) return std::unexpected(blob.error());
  if (*blob != nullptr) request.blob = **blob;
  const auto blob_key = large_blob_key(**extensions);
  if (!blob_key) return std::unexpected(blob_key.error());
  request.wants_large_blob_key = *blob_key;
  // §12.3: such a key is for accounts only.
  if (*blob_key && !request.wants_discoverable) return std::unexpected(Status::kInvalidOption);
  return {};
}

Result<void> read_assertion_extensions(const cbor::Map& parameters, GetAssertionRequest& request) {
  const auto extensions = optional_field<cbor::Map>(parameters, 0x04);
  if (!extensions) return std::unexpected(extensions.error());
  if (*extensions == nullptr) return {};
  auto hmac_secret = hmac_secret_input(**extensions, "hmac-secret");
  if (!hmac_secret) return std::unexpected(hmac_secret.error());
  request.hmac_secret = std::move(*hmac_secret);
  const auto blob = flag(**extensions, "credBlob");
  if (!blob) return std::unexpected(blob.error());
  request.wants_blob = *blob;
  const auto blob_key = large_blob_key(**extensions);
  if (!blob_key) return std::unexpected(blob_key.error());
  request.wants_large_blob_key = *blob_key;
  return {};
}

}  // namespace

Result<MakeCredentialRequest> parse_make_credential(const cbor::Map& parameters) {
  MakeCredentialRequest request;
  auto hash = client_data_hash(parameters, 0x01);
  if (!hash) return std::unexpected(hash.error());
  request.client_data_hash = std::move(*hash);
  auto id = rp_id(parameters);
  if (!id) return std::unexpected(id.error());
  request.rp_id = std::move(*id);
  auto account = user(parameters);
  if (!account) return std::unexpected(account.error());
  request.user = std::move(*account);
  auto auth = optional_pin_uv_auth(parameters, {.param = 0x08, .protocol = 0x09});
  if (!auth) return std::unexpected(auth.error());
  request.pin_uv_auth = std::move(*auth);
  const auto chosen = algorithm(parameters);
  if (!chosen) return std::unexpected(chosen.error());
  request.algorithm = *chosen;
  auto excluded = credential_ids(parameters, 0x05);
  if (!excluded) return std::unexpected(excluded.error());
  request.exclude_list = std::move(*excluded);
  const auto option = options(parameters, 0x07);
  if (!option) return std::unexpected(option.error());
  request.wants_finger = option->uv.value_or(false) && !request.pin_uv_auth;
  // Step 5: presence is not to be waived.
  if (!option->up.value_or(true)) return std::unexpected(Status::kInvalidOption);
  request.wants_discoverable = option->rk.value_or(false);
  const auto enterprise = optional_field<std::int64_t>(parameters, 0x0A);
  if (!enterprise) return std::unexpected(enterprise.error());
  if (*enterprise != nullptr) request.enterprise_attestation = **enterprise;
  const auto extensions = read_create_extensions(parameters, request);
  if (!extensions) return std::unexpected(extensions.error());
  return request;
}

Result<GetAssertionRequest> parse_get_assertion(const cbor::Map& parameters) {
  GetAssertionRequest request;
  const auto id = required_field<std::string>(parameters, 0x01);
  if (!id) return std::unexpected(id.error());
  request.rp_id = **id;
  auto hash = client_data_hash(parameters, 0x02);
  if (!hash) return std::unexpected(hash.error());
  request.client_data_hash = std::move(*hash);
  auto auth = optional_pin_uv_auth(parameters, {.param = 0x06, .protocol = 0x07});
  if (!auth) return std::unexpected(auth.error());
  request.pin_uv_auth = std::move(*auth);
  auto allowed = credential_ids(parameters, 0x03);
  if (!allowed) return std::unexpected(allowed.error());
  request.allow_list = std::move(*allowed);
  const auto option = options(parameters, 0x05);
  if (!option) return std::unexpected(option.error());
  request.wants_finger = option->uv.value_or(false) && !request.pin_uv_auth;
  // Step 4: "rk" has no meaning here.
  if (option->rk) return std::unexpected(Status::kUnsupportedOption);
  request.wants_presence = option->up.value_or(true);
  const auto extensions = read_assertion_extensions(parameters, request);
  if (!extensions) return std::unexpected(extensions.error());
  return request;
}

}  // namespace firstkey::device::softkey
