// Errors are one StrictObject deep: the first member that is missing, unknown or of another type is
// named, and nothing is guessed.

#include "core/settings.h"

#include <array>
#include <set>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "core/strict_json.h"

namespace firstkey::core {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDocument = std::size_t{32} << 20U;  // thousands of trust roots fit

/// Ends the reading of a document; caught in from_json below, where it becomes kStoreDamaged or
/// kPolicyInvalid.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class Enum, std::size_t Size>
using Names = std::array<std::pair<Enum, const char*>, Size>;

constexpr Names<PolicyState, 2> kStates{
    {{PolicyState::kEnabled, "enabled"}, {PolicyState::kDisabled, "disabled"}}};
constexpr Names<Target::Kind, 2> kTargetKinds{
    {{Target::Kind::kUser, "user"}, {Target::Kind::kGroup, "group"}}};
constexpr Names<Alphabet, 3> kAlphabets{{{Alphabet::kCrockfordBase32, "crockfordBase32"},
                                         {Alphabet::kDigits, "digits"},
                                         {Alphabet::kAlphanumeric, "alphanumeric"}}};
constexpr Names<ProofRequirement, 3> kProofs{{{ProofRequirement::kRequired, "required"},
                                              {ProofRequirement::kOffered, "offered"},
                                              {ProofRequirement::kOff, "off"}}};

template <class Enum, std::size_t Size>
const char* name_of(const Names<Enum, Size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  throw Malformed("a value outside its enumeration");
}

/// Reads members by name, each exactly once; close() complains of members nobody asked for.
class StrictObject {
 public:
  StrictObject(const json::value& value, std::string where) : where_(std::move(where)) {
    if (!value.is_object()) throw Malformed(where_ + " is not an object");
    object_ = &value.get_object();
  }

  const json::value& member(std::string_view name) {
    const auto* found = object_->if_contains(name);
    if (found == nullptr) throw Malformed(path(name) + " is missing");
    read_.insert(found);
    return *found;
  }
  std::string text(std::string_view name) {
    const auto& value = member(name);
    if (!value.is_string()) throw Malformed(path(name) + " is not a string");
    return std::string(value.get_string());
  }
  std::int64_t number(std::string_view name) {
    const auto& value = member(name);
    if (!value.is_int64()) throw Malformed(path(name) + " is not a whole number");
    return value.get_int64();
  }
  int small_number(std::string_view name) {
    const auto value = number(name);
    if (value < -1'000'000 || value > 1'000'000) throw Malformed(path(name) + " is out of range");
    return static_cast<int>(value);
  }
  bool flag(std::string_view name) {
    const auto& value = member(name);
    if (!value.is_bool()) throw Malformed(path(name) + " is neither true nor false");
    return value.get_bool();
  }
  const json::array& list(std::string_view name) {
    const auto& value = member(name);
    if (!value.is_array()) throw Malformed(path(name) + " is not a list");
    return value.get_array();
  }
  template <class Enum, std::size_t Size>
  Enum one_of(std::string_view name, const Names<Enum, Size>& names) {
    const auto value = text(name);
    for (const auto& [known, spelling] : names) {
      if (value == spelling) return known;
    }
    std::string allowed;
    for (const auto& entry : names)
      allowed += std::string(allowed.empty() ? "" : ", ") + entry.second;
    throw Malformed(path(name) + " is none of " + allowed);
  }
  void close() const {
    for (const auto& entry : *object_) {
      if (!read_.contains(&entry.value()))
        throw Malformed(path(entry.key()) + " is not known here");
    }
  }
  [[nodiscard]] std::string path(std::string_view name) const {
    return where_.empty() ? std::string(name) : where_ + "." + std::string(name);
  }

 private:
  const json::object* object_ = nullptr;
  std::string where_;
  std::set<const json::value*> read_;
};

json::array targets_to_json(const std::vector<Target>& targets) {
  json::array list;
  for (const auto& target : targets) {
    list.push_back({{"targetType", name_of(kTargetKinds, target.kind)}, {"id", target.id}});
  }
  return list;
}

std::vector<Target> read_targets(StrictObject& object, std::string_view name) {
  std::vector<Target> targets;
  for (const auto& value : object.list(name)) {
    StrictObject entry(value, object.path(name));
    targets.push_back({.kind = entry.one_of("targetType", kTargetKinds), .id = entry.text("id")});
    entry.close();
  }
  return targets;
}

std::vector<std::string> read_texts(StrictObject& object, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& value : object.list(name)) {
    if (!value.is_string()) throw Malformed(object.path(name) + " holds something but strings");
    texts.emplace_back(value.get_string());
  }
  return texts;
}

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
  return {{"state", name_of(kStates, policy.state)},
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
      .state = object.one_of("state", kStates),
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

json::object key_policy_json(const KeyPolicy& policy) {
  return {
      {"state", name_of(kStates, policy.state)},
      {"isAttestationEnforced", policy.attestation == AttestationEnforcement::kEnforced},
      {"requiresResidentKey", policy.requires_resident_key},
      {"requiresUserVerification", policy.requires_user_verification},
      {"allowsBackupEligible", policy.allows_backup_eligible},
      {"allowSimulators", policy.allows_simulators},
      {"algorithms", json::array(policy.algorithms.begin(), policy.algorithms.end())},
      {"refusesUserVerificationBypass", policy.metadata.refuses_user_verification_bypass},
      {"refusesUserKeyRemoteCompromise", policy.metadata.refuses_user_key_remote_compromise},
      {"refusesUserKeyPhysicalCompromise", policy.metadata.refuses_user_key_physical_compromise},
      {"metadataGraceInDays", policy.metadata.grace.count()}};
}

MetadataPolicy read_metadata_policy(StrictObject& object) {
  return {.refuses_user_verification_bypass = object.flag("refusesUserVerificationBypass"),
          .refuses_user_key_remote_compromise = object.flag("refusesUserKeyRemoteCompromise"),
          .refuses_user_key_physical_compromise = object.flag("refusesUserKeyPhysicalCompromise"),
          .grace = std::chrono::days(object.small_number("metadataGraceInDays"))};
}

KeyPolicy read_key_policy(const json::value& value) {
  StrictObject object(value, "");
  KeyPolicy policy{.state = object.one_of("state", kStates),
                   .attestation = object.flag("isAttestationEnforced")
                                      ? AttestationEnforcement::kEnforced
                                      : AttestationEnforcement::kDisabled,
                   .requires_resident_key = object.flag("requiresResidentKey"),
                   .requires_user_verification = object.flag("requiresUserVerification"),
                   .allows_backup_eligible = object.flag("allowsBackupEligible"),
                   .allows_simulators = object.flag("allowSimulators"),
                   .algorithms = {},
                   .metadata = read_metadata_policy(object)};
  for (const auto& entry : object.list("algorithms")) {
    if (!entry.is_int64() || entry.get_int64() < -65535 || entry.get_int64() > 0) {
      throw Malformed("algorithms holds something but COSE algorithm numbers");
    }
    policy.algorithms.push_back(static_cast<int>(entry.get_int64()));
  }
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
    list.push_back({{"id", root.id}, {"subject", root.subject}, {"der", to_base64url(root.der)}});
  }
  return list;
}

std::vector<TrustRoot> read_trust_roots(StrictObject& document, std::string_view name) {
  std::vector<TrustRoot> roots;
  for (const auto& value : document.list(name)) {
    StrictObject entry(value, document.path(name));
    auto der = from_base64url(entry.text("der"));
    if (!der) throw Malformed(entry.path("der") + " is not base64url");
    roots.push_back(
        {.id = entry.text("id"), .subject = entry.text("subject"), .der = std::move(der.value())});
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
                    .owner_uid = static_cast<std::uint32_t>(owner_uid),
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
      {"ownerUid", settings.owner_uid},
      {"owner", settings.owner.text()},
      {"epoch", settings.epoch},
      {"createdAt", settings.created_at.time_since_epoch().count()},
  });
}

Result<Settings> settings_from_json(std::string_view text) {
  return parse_with(read_settings, text, ErrorCode::kStoreDamaged);
}

}  // namespace firstkey::core
