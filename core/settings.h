#pragma once
// What a store is set to: one document, read with every decision so that a change of policy counts
// at once.

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/policy.h"
#include "core/result.h"

namespace firstkey::core {

struct Settings {
  RelyingParty relying_party;
  PassPolicy pass_policy;
  KeyPolicy key_policy;
  std::vector<TrustRoot> trust_roots;
  std::uint32_t owner_uid = 0;  ///< the one operating-system account that acts in process…
  UserId owner;                 ///< …and the directory user it acts as
  /// Rises when a backup is restored: passes, sessions and challenges of an earlier epoch are void.
  std::int64_t epoch = 1;
  Instant created_at;

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Errors of from_json: kStoreDamaged.
[[nodiscard]] std::string settings_to_json(const Settings& settings);
[[nodiscard]] Result<Settings> settings_from_json(std::string_view json);

}  // namespace firstkey::core
