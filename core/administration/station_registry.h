#pragma once
// Administration of stations: admitting one by a code that is shown once, seeing which there are,
// removing one. A station that is removed is refused from its next call on; what it began ends with
// its window.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/random.h"
#include "core/station.h"

namespace firstkey::core {

/// How long a joining code is good for. Source: ours: an afternoon of walking from kiosk to kiosk.
inline constexpr std::chrono::hours kJoiningTime{4};

/// A station as it may be shown: without hashes.
struct StationView {
  StationId id;
  Instant created_at;
  std::optional<Instant> joined_at;
  Instant code_expires_at;
};

struct AdmittedStation {
  StationView station;
  Secret code;  ///< to be shown once, in groups
};

class StationRegistry {
 public:
  /// Both outlive this.
  StationRegistry(Administration& administration, Random& random)
      : administration_(administration), random_(random) {}

  /// Errors: kInvalidArgument (no name for a station, too many stations), kAlreadyExists.
  [[nodiscard]] Result<AdmittedStation> add(const std::string& name);
  /// By name.
  [[nodiscard]] Result<std::vector<StationView>> list();
  /// Errors: kNotFound.
  [[nodiscard]] Result<StationView> remove(const std::string& name);

 private:
  Administration& administration_;
  Random& random_;
};

}  // namespace firstkey::core
