#pragma once
// Counting guesses. An attempt is reserved, durably, before the slow hash and given back when it
// succeeds, so that parallel guesses cannot outrun the count and a crash does not forgive one.
// Names and stations appear only as HMAC(pepper, …), for known and unknown names alike.

#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/policy.h"

namespace firstkey::core {

enum class LockoutScope { kNameAtStation, kName, kStation };

struct LockoutCounter {
  LockoutScope scope = LockoutScope::kNameAtStation;
  Sha256 key{};
  int attempts = 0;             ///< reserved and not given back
  Instant first_at;             ///< of the present count
  Instant last_at;              ///< counters expire from here
  Instant blocked_until;        ///< epoch: not blocked
  std::vector<Instant> recent;  ///< of a station: when its latest attempts were, oldest first

  friend bool operator==(const LockoutCounter&, const LockoutCounter&) = default;
};

}  // namespace firstkey::core
