#include "core/store/store_transfer.h"

#include <filesystem>
#include <system_error>

#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

#include "core/private_file.h"
#include "core/store/open_store.h"
#include "core/store/postgres_location.h"
#include "core/store/postgres_store.h"
#include "core/store/sqlite_connection.h"
#include "core/store/sqlite_store.h"

namespace firstkey::core {

namespace {

/// A copy of a backup to work on, which goes away with this.
class WorkingCopy {
 public:
  explicit WorkingCopy(std::string path) : path_(std::move(path)) {}
  ~WorkingCopy() {
    for (const auto* rest : {"", "-wal", "-shm"}) (void)::unlink((path_ + rest).c_str());
  }
  WorkingCopy(const WorkingCopy&) = delete;
  WorkingCopy& operator=(const WorkingCopy&) = delete;

  [[nodiscard]] Result<void> make_from(const std::string& backup) const {
    if (const auto found = examine_private_file(path_); !found) {
      return std::unexpected(found.error());
    }
    if (auto created = create_private_file(path_); !created) return created;
    std::error_code error;
    std::filesystem::copy_file(
        backup, path_, std::filesystem::copy_options::overwrite_existing, error);
    std::filesystem::permissions(path_, std::filesystem::perms(0600), error);
    if (error) {
      return fail(ErrorCode::kStoreUnreachable, backup + " cannot be copied: " + error.message());
    }
    return {};
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Takes the settings out of a store's file. Errors: kStoreDamaged, those of SqliteStore::open.
Result<Settings> take_settings(const std::string& path, const Clock& clock, Random& random) {
  std::optional<Settings> settings;
  {
    const auto store = SqliteStore::open(path, StorePresence::kMustExist, clock, random);
    if (!store) return std::unexpected(store.error());
    const auto read = store.value()->read(
        [&](ReadTransaction& transaction) { settings = transaction.settings(); });
    if (!read) return std::unexpected(read.error());
  }
  if (!settings) {
    return fail(ErrorCode::kStoreDamaged, "the store in this file was never initialised");
  }
  try {
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec("DELETE FROM settings");
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(error_of(exception));
  }
  return std::move(*settings);
}

/// Gives the working copy its place, unless there is something.
Result<void> place_file(const std::string& copy, const std::string& path) {
  if (auto synced = sync_file(copy); !synced) return synced;
  if (::link(copy.c_str(), path.c_str()) != 0) {
    return fail(errno == EEXIST ? ErrorCode::kAlreadyExists : ErrorCode::kStoreUnreachable,
                path + ": " + std::generic_category().message(errno) +
                    "; nothing is ever written over a store");
  }
  return sync_file(path);
}

/// The trail is checked as it arrived, before anybody can use the store.
Result<void> begin_at(const Transfer& transfer,
                      const Settings& settings,
                      const Clock& clock,
                      Random& random) {
  const auto store = open_store(transfer.to, StorePresence::kMustExist, clock, random);
  if (!store) return std::unexpected(store.error());
  if (auto checked = store.value()->check(); !checked) return checked;
  return transfer.begin(*store.value(), settings);
}

Result<void> restore_into_file(const Transfer& transfer, const Clock& clock, Random& random) {
  const WorkingCopy copy(transfer.to + ".restoring");
  if (auto made = copy.make_from(transfer.from); !made) return made;
  const auto settings = take_settings(copy.path(), clock, random);
  if (!settings) return std::unexpected(settings.error());
  if (auto checked = transfer.check(settings.value()); !checked) return checked;
  if (auto placed = place_file(copy.path(), transfer.to); !placed) return placed;
  return begin_at(transfer, settings.value(), clock, random);
}

Result<void> fill_and_begin(const Transfer& transfer,
                            const std::string& file,
                            const Clock& clock,
                            Random& random) {
  const auto settings = PostgresStore::fill(transfer.to, file, transfer.check);
  if (!settings) return std::unexpected(settings.error());
  return begin_at(transfer, settings.value(), clock, random);
}

/// Opened once, a copy of a file is of this program's schema.
Result<void> migrate_file(const std::string& path, const Clock& clock, Random& random) {
  const auto store = SqliteStore::open(path, StorePresence::kMustExist, clock, random);
  return store ? Result<void>() : std::unexpected(store.error());
}

}  // namespace

Result<void> restore_store(const Transfer& transfer, const Clock& clock, Random& random) {
  const auto kind = kind_of_store_file(transfer.from);
  if (!kind) return std::unexpected(kind.error());
  const bool is_archive = kind.value() == StoreFileKind::kArchive;
  if (!is_postgres_location(transfer.to)) {
    if (!is_archive) return restore_into_file(transfer, clock, random);
    return fail(ErrorCode::kInvalidArgument,
                "this is the backup of a store in a database; restore it into one");
  }
  if (is_archive) return fill_and_begin(transfer, transfer.from, clock, random);
  const WorkingCopy copy(transfer.folder + "/restoring");
  if (auto made = copy.make_from(transfer.from); !made) return made;
  if (auto migrated = migrate_file(copy.path(), clock, random); !migrated) return migrated;
  return fill_and_begin(transfer, copy.path(), clock, random);
}

Result<void> copy_store(const Transfer& transfer, const Clock& clock, Random& random) {
  if (is_postgres_location(transfer.from) || !is_postgres_location(transfer.to)) {
    return fail(ErrorCode::kInvalidArgument,
                "a store is copied from a file into a database: --store FILE, --to postgresql://…");
  }
  const auto source = SqliteStore::open(transfer.from, StorePresence::kMustExist, clock, random);
  if (!source) return std::unexpected(source.error());
  return source.value()->hand_over(
      [&] { return fill_and_begin(transfer, transfer.from, clock, random); });
}

}  // namespace firstkey::core
