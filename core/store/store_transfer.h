#pragma once
// A store that goes on elsewhere: a backup that is restored, a file that is copied into a database.
// What is filled is no store until its settings are put, so half of one is never taken for a whole.

#include <functional>
#include <memory>
#include <string>

#include "core/store.h"
#include "core/store/store_archive.h"

namespace firstkey::core {

/// Puts the settings into a store that was filled, and whatever follows from its going on.
using Beginning = std::function<Result<void>(Store&, const Settings&)>;

struct Transfer {
  std::string from;     ///< a file
  std::string to;       ///< a file or a database, without a store
  std::string folder;   ///< private, for what is worked on meanwhile
  SettingsCheck check;  ///< before anything is kept
  Beginning begin;
};

/// Fills `to` from the backup `from`, which is left as it is. Errors: kAlreadyExists,
/// kStoreDamaged, kInvalidArgument (an archive of a database into a file), kAuditBroken, those of
/// `check`, `begin` and open_store.
[[nodiscard]] Result<void> restore_store(const Transfer& transfer,
                                         const Clock& clock,
                                         Random& random);

/// Fills the database `to` from the store in the file `from`, which is handed over: nobody can use
/// it from then on. Errors: those of restore_store and SqliteStore::hand_over.
[[nodiscard]] Result<void> copy_store(const Transfer& transfer, const Clock& clock, Random& random);

}  // namespace firstkey::core
