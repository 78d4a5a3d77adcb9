#pragma once
// key wait: until a key comes, or goes.

#include <chrono>
#include <optional>

#include "enroll/app/key_desk.h"

namespace firstkey::enroll {

/// What `key wait` waits for.
enum class Awaited {
  kKey,      ///< a key that can be used; one that is there already counts
  kNewKey,   ///< one that comes from now on
  kRemoval,  ///< that none is there any more
};

struct KeyWait {
  Awaited awaited = Awaited::kKey;
  std::optional<std::chrono::seconds> limit;  ///< none: until the person has enough
};

/// Tells the key that came, or that none is left. A key without access is told and waited on: it
/// may be granted any moment.
/// Errors: "no_key" (for a removal "key_present") and what an obstacle says, when the time is over;
/// "cancelled".
[[nodiscard]] Attempt<void> wait_for_key(const KeyDesk& desk, const KeyWait& wish);

}  // namespace firstkey::enroll
