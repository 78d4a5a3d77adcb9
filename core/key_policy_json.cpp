#include "core/key_policy_json.h"

#include <fmt/format.h>

#include "core/aaguid.h"
#include "core/strict_object.h"

namespace firstkey::core {

namespace {

namespace json = boost::json;

constexpr Names<AttestationEnforcement, 2> kEnforcements{
    {{AttestationEnforcement::kDisabled, "disabled"},
     {AttestationEnforcement::kEnforced, "registrationOnly"}}};
constexpr Names<KeyRestrictions::Type, 2> kRestrictionTypes{
    {{KeyRestrictions::Type::kAllow, "allow"}, {KeyRestrictions::Type::kBlock, "block"}}};

constexpr Names<KeyFeature, 3> kFeatures{{{KeyFeature::kResidentKey, "residentKey"},
                                          {KeyFeature::kUserVerification, "userVerification"},
                                          {KeyFeature::kHmacSecret, "hmacSecret"}}};
constexpr Names<Certification, 7> kCertifications{
    {{Certification::kAny, "FIDO_CERTIFIED"},
     {Certification::kL1, "FIDO_CERTIFIED_L1"},
     {Certification::kL1Plus, "FIDO_CERTIFIED_L1plus"},
     {Certification::kL2, "FIDO_CERTIFIED_L2"},
     {Certification::kL2Plus, "FIDO_CERTIFIED_L2plus"},
     {Certification::kL3, "FIDO_CERTIFIED_L3"},
     {Certification::kL3Plus, "FIDO_CERTIFIED_L3plus"}}};

json::object restrictions_json(const KeyRestrictions& restrictions) {
  return {{"isEnforced", restrictions.is_enforced},
          {"enforcementType", name_of(kRestrictionTypes, restrictions.type)},
          {"aaGuids", aaguids_to_json(restrictions.aaguids)}};
}

KeyRestrictions read_restrictions(const json::value& value, const std::string& where) {
  StrictObject object(value, where);
  KeyRestrictions restrictions{
      .is_enforced = object.flag("isEnforced"),
      .type = object.one_of("enforcementType", kRestrictionTypes),
      .aaguids = aaguids_of(object.list("aaGuids"), object.path("aaGuids"))};
  object.close();
  return restrictions;
}

json::array floors_json(const std::vector<FirmwareFloor>& floors) {
  json::array list;
  for (const auto& [aaguid, minimum] : floors) {
    list.push_back({{"aaGuid", aaguid_text(aaguid)}, {"minimumFirmware", minimum}});
  }
  return list;
}

std::vector<FirmwareFloor> read_floors(const json::array& list, const std::string& where) {
  std::vector<FirmwareFloor> floors;
  for (const auto& value : list) {
    StrictObject object(value, where);
    auto aaguid = aaguid_from_text(object.text("aaGuid"));
    if (!aaguid) throw Malformed(object.path("aaGuid") + " is no AAGUID");
    floors.push_back(
        {.aaguid = std::move(aaguid.value()), .minimum = object.number("minimumFirmware")});
    object.close();
  }
  return floors;
}

std::vector<Bytes> read_serials(const json::array& list, const std::string& where) {
  std::vector<Bytes> serials;
  for (const auto& text : texts_of(list, where)) {
    auto serial = from_hex(text);
    if (!serial) throw Malformed(fmt::format("{} has '{}', which is not in hex", where, text));
    serials.push_back(std::move(serial.value()));
  }
  return serials;
}

/// Graph's members always, ours where they ask for something.
json::object profile_json(const PasskeyProfile& profile) {
  json::object object{{"id", profile.id},
                      {"name", profile.name},
                      {"attestationEnforcement", name_of(kEnforcements, profile.attestation)},
                      {"keyRestrictions", restrictions_json(profile.restrictions)}};
  if (!profile.features.empty()) {
    auto& features = object["requiredFeatures"].emplace_array();
    for (const auto feature : profile.features) {
      features.emplace_back(name_of(kFeatures, feature));
    }
  }
  if (!profile.firmware_floors.empty()) {
    object["firmwareFloors"] = floors_json(profile.firmware_floors);
  }
  if (profile.certification_floor) {
    object["certificationFloor"] = name_of(kCertifications, profile.certification_floor.value());
  }
  if (!profile.serials.empty()) {
    auto& serials = object["enterpriseSerials"].emplace_array();
    for (const auto& serial : profile.serials) serials.emplace_back(to_hex(serial));
  }
  return object;
}

void read_requirements(StrictObject& object, PasskeyProfile& profile) {
  if (const auto* features = object.maybe_list("requiredFeatures")) {
    const auto where = object.path("requiredFeatures");
    for (const auto& text : texts_of(*features, where)) {
      profile.features.push_back(value_of(kFeatures, text, where));
    }
  }
  if (const auto* floors = object.maybe_list("firmwareFloors")) {
    profile.firmware_floors = read_floors(*floors, object.path("firmwareFloors"));
  }
  if (const auto* serials = object.maybe_list("enterpriseSerials")) {
    profile.serials = read_serials(*serials, object.path("enterpriseSerials"));
  }
  if (object.maybe_member("certificationFloor") != nullptr) {
    profile.certification_floor = object.one_of("certificationFloor", kCertifications);
  }
}

PasskeyProfile read_profile(const json::value& value) {
  StrictObject object(value, "passkeyProfiles");
  PasskeyProfile profile{.id = object.text("id"),
                         .name = object.text("name"),
                         .attestation = object.one_of("attestationEnforcement", kEnforcements),
                         .restrictions = read_restrictions(object.member("keyRestrictions"),
                                                           object.path("keyRestrictions"))};
  read_requirements(object, profile);
  object.close();
  return profile;
}

json::array profiles_json(const std::vector<PasskeyProfile>& profiles) {
  json::array list;
  for (const auto& profile : profiles) list.push_back(profile_json(profile));
  return list;
}

std::vector<PasskeyProfile> read_profiles(StrictObject& policy) {
  // Graph lets the default be told by this member; here it is always the same one.
  if (policy.text("defaultPasskeyProfile") != kDefaultProfile) {
    throw Malformed("defaultPasskeyProfile is not " + std::string(kDefaultProfile));
  }
  std::vector<PasskeyProfile> profiles;
  for (const auto& value : policy.list("passkeyProfiles")) profiles.push_back(read_profile(value));
  return profiles;
}

json::array include_targets_json(const std::vector<KeyTarget>& targets) {
  json::array list;
  for (const auto& target : targets) {
    auto object = target_to_json(target.whom);
    object["allowedPasskeyProfiles"] = json::array(target.profiles.begin(), target.profiles.end());
    list.push_back(std::move(object));
  }
  return list;
}

std::vector<KeyTarget> read_include_targets(StrictObject& policy) {
  std::vector<KeyTarget> targets;
  for (const auto& value : policy.list("includeTargets")) {
    StrictObject object(value, "includeTargets");
    auto whom = read_target(object);
    targets.push_back(
        {.whom = std::move(whom), .profiles = read_texts(object, "allowedPasskeyProfiles")});
    object.close();
  }
  return targets;
}

std::vector<int> read_algorithms(StrictObject& policy) {
  std::vector<int> algorithms;
  for (const auto& entry : policy.list("algorithms")) {
    if (!entry.is_int64() || entry.get_int64() < -65535 || entry.get_int64() > 0) {
      throw Malformed("algorithms holds something but COSE algorithm numbers");
    }
    algorithms.push_back(static_cast<int>(entry.get_int64()));
  }
  return algorithms;
}

MetadataPolicy read_metadata_policy(StrictObject& object) {
  return {.refuses_user_verification_bypass = object.flag("refusesUserVerificationBypass"),
          .refuses_user_key_remote_compromise = object.flag("refusesUserKeyRemoteCompromise"),
          .refuses_user_key_physical_compromise = object.flag("refusesUserKeyPhysicalCompromise"),
          .grace = std::chrono::days(object.small_number("metadataGraceInDays"))};
}

}  // namespace

json::object key_policy_json(const KeyPolicy& policy) {
  return {
      {"state", name_of(kStateNames, policy.state)},
      {"isSelfServiceRegistrationAllowed", policy.allows_self_service},
      {"includeTargets", include_targets_json(policy.include_targets)},
      {"excludeTargets", targets_to_json(policy.exclude_targets)},
      {"defaultPasskeyProfile", kDefaultProfile},
      {"passkeyProfiles", profiles_json(policy.profiles)},
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

KeyPolicy read_key_policy(const json::value& value) {
  StrictObject object(value, "");
  KeyPolicy policy{.state = object.one_of("state", kStateNames),
                   .allows_self_service = object.flag("isSelfServiceRegistrationAllowed"),
                   .include_targets = read_include_targets(object),
                   .exclude_targets = read_targets(object, "excludeTargets"),
                   .profiles = read_profiles(object),
                   .requires_resident_key = object.flag("requiresResidentKey"),
                   .requires_user_verification = object.flag("requiresUserVerification"),
                   .allows_backup_eligible = object.flag("allowsBackupEligible"),
                   .allows_simulators = object.flag("allowSimulators"),
                   .algorithms = read_algorithms(object),
                   .metadata = read_metadata_policy(object)};
  object.close();
  return policy;
}

}  // namespace firstkey::core
