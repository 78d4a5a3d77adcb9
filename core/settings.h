#pragma once
// What a store is set to: one document, read with every decision so that a change of policy counts
// at once.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/key_policy.h"
#include "core/metadata.h"
#include "core/pepper.h"
#include "core/policy.h"
#include "core/result.h"
#include "core/station.h"

namespace firstkey::core {

struct Settings {
  RelyingParty relying_party;
  PassPolicy pass_policy;
  KeyPolicy key_policy;
  std::vector<TrustRoot> trust_roots;     ///< those of keys
  std::vector<TrustRoot> metadata_roots;  ///< those of who signs metadata, which vouch for no key
  std::optional<CurrentMetadata> metadata;
  std::vector<Station> stations;          ///< by name, at most 1000
  std::optional<PepperMark> pepper_mark;  ///< absent in stores that an older firstkey began
  std::uint32_t owner_uid = 0;  ///< the one operating-system account that acts in process…
  InstallationId owner_installation = {};  ///< …or, where this is not empty, the one installation…
  UserId owner;                            ///< …and the directory user they act as
  /// Rises when a backup is restored: passes, sessions and challenges of an earlier epoch are void.
  std::int64_t epoch = 1;
  Instant created_at;

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// The policies as people edit them: Graph's property names where Graph has the property. Reading
/// is strict: every member is required, an unknown one is refused. Range checks are validate()'s.
/// Errors: kPolicyInvalid, naming the member.
[[nodiscard]] std::string pass_policy_to_json(const PassPolicy& policy);
[[nodiscard]] Result<PassPolicy> pass_policy_from_json(std::string_view json);
[[nodiscard]] std::string key_policy_to_json(const KeyPolicy& policy);
[[nodiscard]] Result<KeyPolicy> key_policy_from_json(std::string_view json);

/// Errors of settings_from_json: kStoreDamaged.
[[nodiscard]] std::string settings_to_json(const Settings& settings);
[[nodiscard]] Result<Settings> settings_from_json(std::string_view json);

}  // namespace firstkey::core
