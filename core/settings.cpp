// Errors are one StrictObject deep: the first member that is missing, unknown or of another type is
// named, and nothing is guessed.

#include "core/settings.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/key_policy_json.h"
#include "core/strict_json.h"
#include "core/strict_object.h"

namespace firstkey::core {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDocument = std::size_t{32} << 20U;  // thousands of trust roots fit

constexpr Names<Alphabet, 3> kAlphabets{{{Alphabet::kCrockfordBase32, "crockfordBase32"},
                                         {Alphabet::kDigits, "digits"},
                                         {Alphabet::kAlphanumeric, "alphanumeric"}}};
constexpr Names<ProofRequirement, 3> kProofs{{{ProofRequirement::kRequired, "required"},
                                              {ProofRequirement::kOffered, "offered"},
                                              {ProofRequirement::kOff, "off"}}};

json::object lockout_json(const LockoutLimits& limits) {
  return {{"freeAttemptsPerNameAndStation", limits.free_attempts_per_name_and_station},
          {"longestPauseInMinutes", limits.longest_pause.count()},
          {"attemptsPerName", limits.attempts_per_name},
          {"attemptsPerStation", limits.attempts_per_station},
          {"stationPeriodInMinutes", limits.station_period.count()}};
}

LockoutLimits read_lockout(const json::value& value) {
  StrictObject object(value, "lockout");
  const LockoutLimits limits{
      .free_attempts_per_name_and_station = object.small_number("freeAttemptsPerNameAndStation"),
      .longest_pause = std::chrono::minutes(object.small_number("longestPauseInMinutes")),
      .attempts_per_name = object.small_number("attemptsPerName"),
      .attempts_per_station = object.small_number("attemptsPerStation"),
      .station_period = std::chrono::minutes(object.small_number("stationPeriodInMinutes"))};
  object.close();
  return limits;
}

json::object pass_policy_json(const PassPolicy& policy) {
  return {{"state", name_of(kStateNames, policy.state)},
          {"defaultLifetimeInMinutes", policy.default_lifetime.count()},
          {"minimumLifetimeInMinutes", policy.minimum_lifetime.count()},
          {"maximumLifetimeInMinutes", policy.maximum_lifetime.count()},
          {"defaultLength", policy.default_length},
          {"isUsableOnce", policy.is_usable_once},
          {"includeTargets", targets_to_json(policy.include_targets)},
          {"excludeTargets", targets_to_json(policy.exclude_targets)},
          {"alphabet", name_of(kAlphabets, policy.alphabet)},
          {"lockout", lockout_json(policy.lockout)},
          {"idleLimitInMinutes", policy.idle_limit.count()},
          {"credentialsPerSession", policy.credentials_per_session},
          {"proof", name_of(kProofs, policy.proof)},
          {"windowInSeconds", policy.window.count()}};
}

PassPolicy read_pass_policy(const json::value& value) {
  StrictObject object(value, "");
  PassPolicy policy{
      .state = object.one_of("state", kStateNames),
      .default_lifetime = std::chrono::minutes(object.small_number("defaultLifetimeInMinutes")),
      .minimum_lifetime = std::chrono::minutes(object.small_number("minimumLifetimeInMinutes")),
      .maximum_lifetime = std::chrono::minutes(object.small_number("maximumLifetimeInMinutes")),
      .default_length = object.small_number("defaultLength"),
      .is_usable_once = object.flag("isUsableOnce"),
      .include_targets = read_targets(object, "includeTargets"),
      .exclude_targets = read_targets(object, "excludeTargets"),
      .alphabet = object.one_of("alphabet", kAlphabets),
      .lockout = read_lockout(object.member("lockout")),
      .idle_limit = std::chrono::minutes(object.small_number("idleLimitInMinutes")),
      .credentials_per_session = object.small_number("credentialsPerSession"),
      .proof = object.one_of("proof", kProofs),
      .window = std::chrono::seconds(object.small_number("windowInSeconds"))};
  object.close();
  return policy;
}

json::object relying_party_json(const RelyingParty& relying_party) {
  return {{"id", relying_party.id},
          {"name", relying_party.name},
          {"origins", json::array(relying_party.origins.begin(), relying_party.origins.end())}};
}

RelyingParty read_relying_party(const json::value& value) {
  StrictObject object(value, "relyingParty");
  RelyingParty relying_party{.id = object.text("id"),
                             .name = object.text("name"),
                             .origins = read_texts(object, "origins")};
  object.close();
  return relying_party;
}

json::array trust_roots_json(const std::vector<TrustRoot>& roots) {
  json::array list;
  for (const auto& root : roots) {
    json::object object{
        {"id", root.id}, {"subject", root.subject}, {"der", to_base64url(root.der)}};
    if (!root.aaguids.empty()) object["aaGuids"] = aaguids_to_json(root.aaguids);
    list.push_back(std::move(object));
  }
  return list;
}

/// The member is there for roots of certain models alone.
std::vector<Bytes> read_models(StrictObject& root) {
  const auto* list = root.maybe_list("aaGuids");
  return list == nullptr ? std::vector<Bytes>() : aaguids_of(*list, root.path("aaGuids"));
}

std::vector<TrustRoot> read_trust_roots(StrictObject& document, std::string_view name) {
  std::vector<TrustRoot> roots;
  for (const auto& value : document.list(name)) {
    StrictObject entry(value, document.path(name));
    auto der = from_base64url(entry.text("der"));
    if (!der) throw Malformed(entry.path("der") + " is not base64url");
    roots.push_back({.id = entry.text("id"),
                     .subject = entry.text("subject"),
                     .der = std::move(der.value()),
                     .aaguids = read_models(entry)});
    entry.close();
  }
  return roots;
}

json::value metadata_json(const std::optional<CurrentMetadata>& metadata) {
  if (!metadata) return nullptr;
  json::object object{{"number", metadata->number},
                      {"nextUpdate", metadata->next_update.time_since_epoch().count()},
                      {"importedAt", metadata->imported_at.time_since_epoch().count()},
                      {"previousNumber", nullptr}};
  if (metadata->previous_number) object["previousNumber"] = metadata->previous_number.value();
  return object;
}

std::optional<CurrentMetadata> read_metadata(StrictObject& document) {
  const auto& value = document.member("metadata");
  if (value.is_null()) return std::nullopt;
  StrictObject object(value, "metadata");
  CurrentMetadata metadata{.number = object.number("number"),
                           .next_update = Instant(Duration(object.number("nextUpdate"))),
                           .imported_at = Instant(Duration(object.number("importedAt"))),
                           .previous_number = std::nullopt};
  if (!object.member("previousNumber").is_null()) {
    metadata.previous_number = object.number("previousNumber");
  }
  object.close();
  return metadata;
}

json::array stations_json(const std::vector<Station>& stations) {
  json::array list;
  for (const auto& station : stations) {
    json::object entry{{"id", station.id.text()},
                       {"codeHash", to_hex(station.code_hash)},
                       {"codeExpiresAt", station.code_expires_at.time_since_epoch().count()},
                       {"createdAt", station.created_at.time_since_epoch().count()},
                       {"joinedAt", nullptr},
                       {"credentialHash", to_hex(station.credential_hash)}};
    if (station.joined_at) entry["joinedAt"] = station.joined_at->time_since_epoch().count();
    list.push_back(std::move(entry));
  }
  return list;
}

Sha256 read_digest(StrictObject& object, std::string_view name) {
  const auto bytes = from_hex(object.text(name));
  Sha256 digest{};
  if (!bytes || bytes->size() != digest.size()) {
    throw Malformed(object.path(name) + " is not a SHA-256 in hex");
  }
  std::ranges::copy(bytes.value(), digest.begin());
  return digest;
}

std::vector<Station> read_stations(StrictObject& document) {
  std::vector<Station> stations;
  for (const auto& value : document.list("stations")) {
    StrictObject entry(value, document.path("stations"));
    Station station{.id = StationId(entry.text("id")),
                    .code_hash = read_digest(entry, "codeHash"),
                    .code_expires_at = Instant(Duration(entry.number("codeExpiresAt"))),
                    .created_at = Instant(Duration(entry.number("createdAt"))),
                    .joined_at = std::nullopt,
                    .credential_hash = read_digest(entry, "credentialHash")};
    if (!entry.member("joinedAt").is_null()) {
      station.joined_at = Instant(Duration(entry.number("joinedAt")));
    }
    entry.close();
    stations.push_back(std::move(station));
  }
  return stations;
}

json::value pepper_mark_json(const std::optional<PepperMark>& mark) {
  if (!mark) return nullptr;
  return json::object{{"keyId", mark->key_id}, {"mac", to_hex(mark->mac)}};
}

std::optional<PepperMark> read_pepper_mark(StrictObject& document) {
  const auto& value = document.member("pepperMark");
  if (value.is_null()) return std::nullopt;
  StrictObject object(value, "pepperMark");
  PepperMark mark{.key_id = object.text("keyId"), .mac = read_digest(object, "mac")};
  object.close();
  return mark;
}

Settings read_settings(const json::value& value) {
  StrictObject document(value, "");
  const auto owner_uid = document.number("ownerUid");
  if (owner_uid < 0 || owner_uid > 0xFFFFFFFFLL) throw Malformed("ownerUid is out of range");
  Settings settings{.relying_party = read_relying_party(document.member("relyingParty")),
                    .pass_policy = read_pass_policy(document.member("passPolicy")),
                    .key_policy = read_key_policy(document.member("keyPolicy")),
                    .trust_roots = read_trust_roots(document, "trustRoots"),
                    .metadata_roots = read_trust_roots(document, "metadataRoots"),
                    .metadata = read_metadata(document),
                    .stations = read_stations(document),
                    .pepper_mark = read_pepper_mark(document),
                    .owner_uid = static_cast<std::uint32_t>(owner_uid),
                    .owner_installation = InstallationId(document.text("ownerInstallation")),
                    .owner = UserId(document.text("owner")),
                    .epoch = document.number("epoch"),
                    .created_at = Instant(Duration(document.number("createdAt")))};
  document.close();
  return settings;
}

template <class Value>
Result<Value> parse_with(Value (*read)(const json::value&), std::string_view text, ErrorCode code) {
  const auto value = parse_strict_json(text, kMaxDocument);
  if (!value) return fail(code, "not JSON: " + value.error().detail);
  try {
    return read(value.value());
  } catch (const Malformed& malformed) {
    return fail(code, malformed.what());
  }
}

}  // namespace

std::string pass_policy_to_json(const PassPolicy& policy) {
  return json::serialize(pass_policy_json(policy));
}

Result<PassPolicy> pass_policy_from_json(std::string_view text) {
  return parse_with(read_pass_policy, text, ErrorCode::kPolicyInvalid);
}

std::string key_policy_to_json(const KeyPolicy& policy) {
  return json::serialize(key_policy_json(policy));
}

Result<KeyPolicy> key_policy_from_json(std::string_view text) {
  return parse_with(read_key_policy, text, ErrorCode::kPolicyInvalid);
}

std::string settings_to_json(const Settings& settings) {
  return json::serialize(json::object{
      {"relyingParty", relying_party_json(settings.relying_party)},
      {"passPolicy", pass_policy_json(settings.pass_policy)},
      {"keyPolicy", key_policy_json(settings.key_policy)},
      {"trustRoots", trust_roots_json(settings.trust_roots)},
      {"metadataRoots", trust_roots_json(settings.metadata_roots)},
      {"metadata", metadata_json(settings.metadata)},
      {"stations", stations_json(settings.stations)},
      {"pepperMark", pepper_mark_json(settings.pepper_mark)},
      {"ownerUid", settings.owner_uid},
      {"ownerInstallation", settings.owner_installation.text()},
      {"owner", settings.owner.text()},
      {"epoch", settings.epoch},
      {"createdAt", settings.created_at.time_since_epoch().count()},
  });
}

Result<Settings> settings_from_json(std::string_view text) {
  return parse_with(read_settings, text, ErrorCode::kStoreDamaged);
}

}  // namespace firstkey::core
