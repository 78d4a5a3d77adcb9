#pragma once
// The first transaction of a store that goes on elsewhere: its settings are put, who acts in
// process is who brought it here, and the trail says so. What brought it
// (core/store/store_transfer.h) is the authority: the file and, for a restore, the pepper it was
// made with.

#include <cstddef>

#include "core/administration/principal.h"
#include "core/settings.h"
#include "core/store.h"

namespace firstkey::core {

/// A copy is the same store: passes and sessions go on.
[[nodiscard]] Result<void> begin_copy(Store& store, Settings settings, const Account& owner);

/// What a restore ended.
struct RestoredStore {
  std::int64_t epoch = 0;  ///< the one that began
  std::size_t passes = 0;
  std::size_t sessions = 0;
  std::size_t stations = 0;  ///< they join anew
};

/// A backup does not know what happened since: which passes were redeemed, which stations were
/// removed. So a new epoch begins, in which no earlier API credential counts: passes and challenges
/// are deleted, open sessions end, no station is known.
[[nodiscard]] Result<RestoredStore> begin_epoch(Store& store,
                                                Settings settings,
                                                const Account& owner);

}  // namespace firstkey::core
