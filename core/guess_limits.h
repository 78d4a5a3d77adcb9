#pragma once
// The rules of core/lockout.h: how many guesses a name and a station have. An attempt is reserved
// in the transaction before the slow hash runs and given back when it succeeds. Source:
// core/README.md, "Lock-out".

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/lockout.h"
#include "core/pepper.h"
#include "core/result.h"
#include "core/store.h"

namespace firstkey::core {

/// The counters an attempt touches. Made for any name, whether somebody bears it or not.
struct AttemptKeys {
  Sha256 name_at_station{};
  Sha256 name{};
  Sha256 station{};
};

/// `name` as normalised_name() gives it. Errors: kPepperUnreadable.
[[nodiscard]] Result<AttemptKeys> attempt_keys(const Pepper& pepper,
                                               std::string_view name,
                                               const StationId& station);
/// The counter of a name alone, for clearing it. Errors: kPepperUnreadable.
[[nodiscard]] Result<Sha256> name_lockout_key(const Pepper& pepper, std::string_view name);

struct Lockout {
  LockoutScope scope = LockoutScope::kNameAtStation;
  std::optional<Instant> until;  ///< nothing: until staff clear it
};

/// Counts one attempt against all three, or says which limit is reached and writes nothing.
[[nodiscard]] std::optional<Lockout> reserve_attempt(WriteTransaction& transaction,
                                                     const LockoutLimits& limits,
                                                     const AttemptKeys& keys,
                                                     Instant now);

/// Gives the attempt reserved at `reserved_at` back after it succeeded: the pauses at this station
/// are forgotten.
void release_attempt(WriteTransaction& transaction, const AttemptKeys& keys, Instant reserved_at);

}  // namespace firstkey::core
