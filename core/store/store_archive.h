#pragma once
// Whole stores as the rows of their tables. A database goes into an archive: a SQLite file with a
// table for each of the database's. An archive, or the file of a store, goes into a database.
// Tables and columns are found in the catalogs, so that one a later schema brings goes along.

#include <functional>
#include <string>

#include <pqxx/transaction_base>

#include "core/settings.h"
#include "core/store.h"

namespace firstkey::core {

/// Whether a file holds a store or the archive of one in a database.
enum class StoreFileKind { kStore, kArchive };

/// Errors: kStoreDamaged: neither, or one of a later firstkey.
[[nodiscard]] Result<StoreFileKind> kind_of_store_file(const std::string& path);

/// Writes everything that `snapshot` sees into `path`, an empty file. Throws what libpqxx does.
/// Errors: kStoreFull, kStoreFailed.
[[nodiscard]] Result<void> write_archive(pqxx::transaction_base& snapshot, const std::string& path);

/// Judges the settings of what is about to be brought in; an error undoes it all.
using SettingsCheck = std::function<Result<void>(const Settings&)>;

/// Fills a database that has no store, or an empty one, with all that `path` holds but the
/// settings, which are returned: until they are put, nobody takes it for a store. Clock marks are
/// the machines' and stay behind. Throws what libpqxx does. Errors: kAlreadyExists, kStoreDamaged,
/// kClockUncertain (the server's clock is behind the file's mark), those of `check`.
[[nodiscard]] Result<Settings> fill_database(pqxx::transaction_base& transaction,
                                             const std::string& path,
                                             const SettingsCheck& check);

}  // namespace firstkey::core
