#include "device/softkey/credential.h"

#include "device/softkey/fields.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kStateVersion = 1;

cbor::Value encode_credential(const Credential& credential) {
  cbor::Map map{{"id", credential.id},
                {"rpId", credential.rp_id},
                {"userId", credential.user_id},
                {"isDiscoverable", credential.is_discoverable},
                {"credProtect", static_cast<int>(credential.protection)},
                {"alg", static_cast<int>(credential.algorithm)},
                {"privateKey", credential.private_key.expose()},
                {"signCount", std::int64_t{credential.sign_count}}};
  if (credential.user_name) map.add("userName", *credential.user_name);
  if (credential.user_display_name) map.add("userDisplayName", *credential.user_display_name);
  if (credential.hmac_secrets) {
    map.add("hmacSecretUv", credential.hmac_secrets->with_uv.expose());
    map.add("hmacSecretNoUv", credential.hmac_secrets->without_uv.expose());
  }
  return map;
}

/// Reads members one after another; the first that is missing or of another type spoils it all.
class MapReader {
 public:
  explicit MapReader(const cbor::Map& map) : map_(map) {}

  template <typename T>
  T required(std::string_view key) {
    const auto field = required_field<T>(map_, key);
    is_good_ = is_good_ && field.has_value();
    return field ? **field : T{};
  }
  template <typename T>
  std::optional<T> optional(std::string_view key) {
    const auto field = optional_field<T>(map_, key);
    is_good_ = is_good_ && field.has_value();
    return field && *field != nullptr ? std::optional<T>(**field) : std::nullopt;
  }
  SecretBytes secret(std::string_view key) { return SecretBytes(required<Bytes>(key)); }
  std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) {
    const auto value = required<std::int64_t>(key);
    const bool is_in_range = value >= least && value <= most;
    is_good_ = is_good_ && is_in_range;
    return is_in_range ? value : least;
  }
  [[nodiscard]] bool is_good() const { return is_good_; }

 private:
  const cbor::Map& map_;
  bool is_good_ = true;
};

std::optional<Credential> decode_credential(const cbor::Value& value) {
  const auto* map = value.as<cbor::Map>();
  if (map == nullptr) return {};
  MapReader reader(*map);
  Credential credential;
  credential.id = reader.required<Bytes>("id");
  credential.rp_id = reader.required<std::string>("rpId");
  credential.user_id = reader.required<Bytes>("userId");
  credential.user_name = reader.optional<std::string>("userName");
  credential.user_display_name = reader.optional<std::string>("userDisplayName");
  credential.is_discoverable = reader.required<bool>("isDiscoverable");
  credential.protection = static_cast<CredProtect>(reader.number("credProtect", 1, 3));
  credential.private_key = reader.secret("privateKey");
  credential.sign_count = static_cast<std::uint32_t>(reader.number("signCount", 0, 0xFFFFFFFF));
  if (map->find("hmacSecretUv") != nullptr) {
    credential.hmac_secrets.emplace(reader.secret("hmacSecretUv"), reader.secret("hmacSecretNoUv"));
  }
  const auto algorithm = algorithm_from(reader.required<std::int64_t>("alg"));
  if (!algorithm || !reader.is_good()) return {};
  credential.algorithm = *algorithm;
  return credential;
}

bool decode_members(const cbor::Map& map, KeyState& state) {
  MapReader reader(map);
  if (const auto pin = reader.optional<cbor::Map>("pin")) {
    MapReader fields(*pin);
    state.pin.emplace(fields.secret("hash"), static_cast<int>(fields.number("attemptsLeft", 0, 8)));
    if (!fields.is_good()) return false;
  }
  if (const auto root = reader.optional<cbor::Map>("attestationRoot")) {
    MapReader fields(*root);
    state.attestation_root.emplace(fields.secret("privateKey"),
                                   fields.required<Bytes>("certificate"));
    if (!fields.is_good()) return false;
  }
  for (const auto& item : reader.required<cbor::Array>("credentials")) {
    auto credential = decode_credential(item);
    if (!credential) return false;
    state.credentials.push_back(std::move(*credential));
  }
  return reader.is_good();
}

}  // namespace

Credential Credential::clone() const {
  Credential copy{.id = id,
                  .rp_id = rp_id,
                  .user_id = user_id,
                  .user_name = user_name,
                  .user_display_name = user_display_name,
                  .is_discoverable = is_discoverable,
                  .protection = protection,
                  .algorithm = algorithm,
                  .private_key = private_key.clone(),
                  .hmac_secrets = {},
                  .sign_count = sign_count};
  if (hmac_secrets) {
    copy.hmac_secrets.emplace(hmac_secrets->with_uv.clone(), hmac_secrets->without_uv.clone());
  }
  return copy;
}

KeyState KeyState::clone() const {
  KeyState copy;
  if (pin) copy.pin = pin->clone();
  for (const auto& credential : credentials) copy.credentials.push_back(credential.clone());
  if (attestation_root) copy.attestation_root = attestation_root->clone();
  return copy;
}

Bytes encode_state(const KeyState& state) {
  cbor::Array credentials;
  for (const auto& credential : state.credentials) {
    credentials.push_back(encode_credential(credential));
  }
  cbor::Map map{{"version", kStateVersion}, {"credentials", std::move(credentials)}};
  if (state.pin) {
    map.add(
        "pin",
        cbor::Map{{"hash", state.pin->hash.expose()}, {"attemptsLeft", state.pin->attempts_left}});
  }
  if (state.attestation_root) {
    map.add("attestationRoot",
            cbor::Map{{"privateKey", state.attestation_root->private_key.expose()},
                      {"certificate", state.attestation_root->certificate}});
  }
  return cbor::encode(map);
}

std::expected<KeyState, StateFault> decode_state(BytesView bytes) {
  const auto value = cbor::decode(bytes);
  const auto* map = value ? value->as<cbor::Map>() : nullptr;
  if (map == nullptr) return std::unexpected(StateFault::kDamaged);
  const auto version = required_field<std::int64_t>(*map, "version");
  if (!version || **version < kStateVersion) return std::unexpected(StateFault::kDamaged);
  if (**version > kStateVersion) return std::unexpected(StateFault::kNewerVersion);
  KeyState state;
  if (!decode_members(*map, state)) return std::unexpected(StateFault::kDamaged);
  return state;
}

}  // namespace firstkey::device::softkey
