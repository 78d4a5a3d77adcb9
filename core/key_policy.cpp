#include "core/key_policy.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/aaguid.h"
#include "core/ids.h"
#include "core/settings.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kMostProfiles = 3;               // Graph
constexpr std::size_t kLargestPolicy = 20UZ * 1024UZ;  // Graph: 20 KB of JSON
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestSerial = 64;
constexpr std::int64_t kLargestFirmware =
    0xFFFFFFFF;  // FIDO Metadata Statement v3.0: unsigned long
constexpr std::chrono::days kLongestGrace{365};

template <class... Parts>
std::unexpected<Error> invalid(fmt::format_string<Parts...> text, Parts&&... parts) {
  return fail(ErrorCode::kPolicyInvalid, fmt::format(text, std::forward<Parts>(parts)...));
}

Result<void> check_algorithms(const std::vector<int>& algorithms) {
  constexpr int kKnown[] = {-7, -8, -35, -36, -53, -257};
  if (algorithms.empty()) return invalid("algorithms is empty: no key could be registered");
  for (const int algorithm : algorithms) {
    if (std::ranges::find(kKnown, algorithm) == std::end(kKnown)) {
      return invalid(
          "algorithms has {}, which is not one of -7 (ES256), -8 (EdDSA), -35 (ES384), "
          "-36 (ES512), -53 (Ed448), -257 (RS256)",
          algorithm);
    }
    if (std::ranges::count(algorithms, algorithm) > 1) {
      return invalid("algorithms names {} twice", algorithm);
    }
  }
  return {};
}

Result<void> check_restrictions(const PasskeyProfile& profile) {
  const auto& [is_enforced, type, aaguids] = profile.restrictions;
  for (const auto& aaguid : aaguids) {
    if (std::ranges::count(aaguids, aaguid) > 1) {
      return invalid("the profile {} names the AAGUID {} twice", profile.name, aaguid_text(aaguid));
    }
  }
  if (is_enforced && type == KeyRestrictions::Type::kAllow && aaguids.empty()) {
    return invalid("the profile {} allows no AAGUID: no key could be registered under it",
                   profile.name);
  }
  return {};
}

Result<void> check_requirements(const PasskeyProfile& profile) {
  for (const auto feature : profile.features) {
    if (std::ranges::count(profile.features, feature) > 1) {
      return invalid("the profile {} requires a feature twice", profile.name);
    }
  }
  for (const auto& [aaguid, minimum] : profile.firmware_floors) {
    if (minimum < 0 || minimum > kLargestFirmware) {
      return invalid("the profile {} has the firmware {}; it must be between 0 and {}",
                     profile.name,
                     minimum,
                     kLargestFirmware);
    }
    if (std::ranges::count(profile.firmware_floors, aaguid, &FirmwareFloor::aaguid) > 1) {
      return invalid("the profile {} has two firmware floors for the AAGUID {}",
                     profile.name,
                     aaguid_text(aaguid));
    }
  }
  return {};
}

Result<void> check_serials(const PasskeyProfile& profile) {
  const std::set<Bytes> distinct(profile.serials.begin(), profile.serials.end());
  if (distinct.size() != profile.serials.size()) {
    return invalid("the profile {} names a serial number twice", profile.name);
  }
  for (const auto& serial : distinct) {
    if (serial.empty() || serial.size() > kLongestSerial) {
      return invalid("the profile {} has a serial number that is not of 1 to {} bytes",
                     profile.name,
                     kLongestSerial);
    }
  }
  return {};
}

Result<void> check_profile(const PasskeyProfile& profile) {
  if (!is_uuid(profile.id)) {
    return invalid("passkeyProfiles has the id '{}', which is no UUID in lower case", profile.id);
  }
  if (profile.name.empty() || profile.name.size() > kLongestName || !is_printable(profile.name)) {
    return invalid("the profile {} needs a name of 1 to {} bytes without control characters",
                   profile.id,
                   kLongestName);
  }
  if (auto checked = check_restrictions(profile); !checked) return checked;
  if (auto checked = check_requirements(profile); !checked) return checked;
  return check_serials(profile);
}

Result<void> check_profiles(const std::vector<PasskeyProfile>& profiles) {
  if (profiles.size() > kMostProfiles) {
    return invalid("passkeyProfiles has more than {} profiles", kMostProfiles);
  }
  if (std::ranges::count(profiles, kDefaultProfile, &PasskeyProfile::id) == 0) {
    return invalid("passkeyProfiles lacks {}: the default profile cannot be deleted",
                   kDefaultProfile);
  }
  for (const auto& profile : profiles) {
    if (std::ranges::count(profiles, profile.id, &PasskeyProfile::id) > 1) {
      return invalid("passkeyProfiles names {} twice", profile.id);
    }
    if (auto checked = check_profile(profile); !checked) return checked;
  }
  return {};
}

Result<void> check_include_targets(const KeyPolicy& policy) {
  std::vector<Target> targets;
  for (const auto& [whom, profiles] : policy.include_targets) {
    targets.push_back(whom);
    if (profiles.empty()) {
      return invalid("includeTargets allows '{}' no profile: name one in allowedPasskeyProfiles",
                     whom.id);
    }
    for (const auto& id : profiles) {
      if (std::ranges::find(policy.profiles, id, &PasskeyProfile::id) == policy.profiles.end()) {
        return invalid(
            "includeTargets allows '{}' the profile {}, which passkeyProfiles lacks", whom.id, id);
      }
    }
  }
  return validate_targets("includeTargets", targets);
}

Result<void> check_grace(std::chrono::days grace) {
  if (grace >= std::chrono::days(0) && grace <= kLongestGrace) return {};
  return invalid("metadataGraceInDays is {}; it must be between 0 and {}",
                 grace.count(),
                 kLongestGrace.count());
}

Result<void> check_size(const KeyPolicy& policy) {
  const auto size = key_policy_to_json(policy).size();
  if (size <= kLargestPolicy) return {};
  return invalid("the policy takes {} bytes of JSON, of {} at most", size, kLargestPolicy);
}

}  // namespace

Result<void> validate(const KeyPolicy& policy) {
  for (const auto& checked : {check_algorithms(policy.algorithms),
                              check_profiles(policy.profiles),
                              check_include_targets(policy),
                              validate_targets("excludeTargets", policy.exclude_targets),
                              check_grace(policy.metadata.grace),
                              check_size(policy)}) {
    if (!checked) return checked;
  }
  return {};
}

}  // namespace firstkey::core
