#include "device/softkey/key_state.h"

#include <algorithm>

#include "device/softkey/crypto.h"
#include "device/softkey/fields.h"

namespace firstkey::device::softkey {
namespace {

// 1: credentials, PIN, attestation root. 2: configuration, large blobs, U2F credentials, the length
// of the PIN; every member that came with 2 is optional, so both are read alike.
constexpr int kStateVersion = 2;
constexpr int kEarliestStateVersion = 1;
constexpr std::int64_t kLongestPin = 63;  // CTAP 2.1 §6.5.1: no PIN has more bytes

cbor::Value encode_credential(const Credential& credential) {
  cbor::Map map{{"id", credential.id},
                {"rpId", credential.rp_id},
                {"userId", credential.user_id},
                {"isDiscoverable", credential.is_discoverable},
                {"credProtect", static_cast<int>(credential.protection)},
                {"alg", static_cast<int>(credential.algorithm)},
                {"privateKey", credential.private_key.expose()},
                {"signCount", std::int64_t{credential.sign_count}}};
  if (credential.rp_id.empty()) map.add("rpIdHash", BytesView(credential.rp_id_hash));
  if (credential.user_name) map.add("userName", *credential.user_name);
  if (credential.user_display_name) map.add("userDisplayName", *credential.user_display_name);
  if (credential.hmac_secrets) {
    map.add("hmacSecretUv", credential.hmac_secrets->with_uv.expose());
    map.add("hmacSecretNoUv", credential.hmac_secrets->without_uv.expose());
  }
  if (credential.large_blob_key) map.add("largeBlobKey", credential.large_blob_key->expose());
  if (!credential.blob.empty()) map.add("credBlob", credential.blob);
  return map;
}

cbor::Value encode_pin(const Pin& pin) {
  cbor::Map map{{"hash", pin.hash.expose()}, {"attemptsLeft", pin.attempts_left}};
  if (pin.length) map.add("length", static_cast<std::int64_t>(*pin.length));
  return map;
}

cbor::Value encode_configuration(const Configuration& configuration) {
  cbor::Array rp_ids;
  for (const auto& rp_id : configuration.rp_ids_told_minimum_pin_length) rp_ids.emplace_back(rp_id);
  cbor::Map map{{"enterpriseAttestation", configuration.allows_enterprise_attestation},
                {"alwaysUv", configuration.always_verifies_user},
                {"forcePinChange", configuration.demands_new_pin},
                {"minPinLengthRpIds", std::move(rp_ids)}};
  if (configuration.minimum_pin_length) {
    map.add("minPinLength", static_cast<std::int64_t>(*configuration.minimum_pin_length));
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
  /// A PIN's length.
  std::optional<std::size_t> length(std::string_view key) {
    if (map_.find(key) == nullptr) return {};
    return static_cast<std::size_t>(number(key, 1, kLongestPin));
  }
  [[nodiscard]] bool is_good() const { return is_good_; }

 private:
  const cbor::Map& map_;
  bool is_good_ = true;
};

std::optional<Sha256> decode_rp_id_hash(const std::string& rp_id, const cbor::Map& map) {
  if (!rp_id.empty()) return sha256(as_bytes(rp_id));
  const auto stored = required_field<Bytes>(map, "rpIdHash");
  Sha256 hash{};
  if (!stored || (*stored)->size() != hash.size()) return {};
  std::ranges::copy(**stored, hash.begin());
  return hash;
}

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
  if (map->find("largeBlobKey") != nullptr)
    credential.large_blob_key = reader.secret("largeBlobKey");
  credential.blob = reader.optional<Bytes>("credBlob").value_or(Bytes{});
  const auto rp_id_hash = decode_rp_id_hash(credential.rp_id, *map);
  const auto algorithm = algorithm_from(reader.required<std::int64_t>("alg"));
  if (!rp_id_hash || !algorithm || !reader.is_good()) return {};
  credential.rp_id_hash = *rp_id_hash;
  credential.algorithm = *algorithm;
  return credential;
}

std::optional<Configuration> decode_configuration(const cbor::Map& map) {
  MapReader reader(map);
  Configuration configuration{
      .allows_enterprise_attestation = reader.required<bool>("enterpriseAttestation"),
      .always_verifies_user = reader.required<bool>("alwaysUv"),
      .demands_new_pin = reader.required<bool>("forcePinChange"),
      .minimum_pin_length = reader.length("minPinLength")};
  for (const auto& item : reader.required<cbor::Array>("minPinLengthRpIds")) {
    const auto* rp_id = item.as<std::string>();
    if (rp_id == nullptr) return {};
    configuration.rp_ids_told_minimum_pin_length.push_back(*rp_id);
  }
  return reader.is_good() ? std::optional(std::move(configuration)) : std::nullopt;
}

std::optional<Pin> decode_pin(const cbor::Map& map) {
  MapReader reader(map);
  Pin pin{.hash = reader.secret("hash"),
          .attempts_left = static_cast<int>(reader.number("attemptsLeft", 0, 8)),
          .length = reader.length("length")};
  return reader.is_good() ? std::optional(std::move(pin)) : std::nullopt;
}

bool decode_members(const cbor::Map& map, KeyState& state) {
  MapReader reader(map);
  if (const auto pin = reader.optional<cbor::Map>("pin")) {
    state.pin = decode_pin(*pin);
    if (!state.pin) return false;
  }
  if (const auto stored = reader.optional<cbor::Map>("configuration")) {
    auto configuration = decode_configuration(*stored);
    if (!configuration) return false;
    state.configuration = std::move(*configuration);
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
  state.large_blobs = reader.optional<Bytes>("largeBlobs").value_or(Bytes{});
  return reader.is_good();
}

}  // namespace

KeyState KeyState::clone() const {
  KeyState copy;
  if (pin) copy.pin = pin->clone();
  copy.configuration = configuration;
  for (const auto& credential : credentials) copy.credentials.push_back(credential.clone());
  copy.large_blobs = large_blobs;
  if (attestation_root) copy.attestation_root = attestation_root->clone();
  return copy;
}

Bytes encode_state(const KeyState& state) {
  cbor::Array credentials;
  for (const auto& credential : state.credentials) {
    credentials.push_back(encode_credential(credential));
  }
  cbor::Map map{{"version", kStateVersion},
                {"credentials", std::move(credentials)},
                {"configuration", encode_configuration(state.configuration)},
                {"largeBlobs", state.large_blobs}};
  if (state.pin) map.add("pin", encode_pin(*state.pin));
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
  if (!version || **version < kEarliestStateVersion) {
    return std::unexpected(StateFault::kDamaged);
  }
  if (**version > kStateVersion) return std::unexpected(StateFault::kNewerVersion);
  KeyState state;
  if (!decode_members(*map, state)) return std::unexpected(StateFault::kDamaged);
  return state;
}

}  // namespace firstkey::device::softkey
