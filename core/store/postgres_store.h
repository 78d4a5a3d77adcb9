#pragma once
// A store in a PostgreSQL database, for any number of programs at once. Transactions are
// SERIALIZABLE: one that met others is rolled back by the server and its work run again here, at
// first at once and then one such transaction at a time. The server's clock decides.

#include <memory>
#include <string>

#include "core/store.h"
#include "core/store/lockout_count.h"
#include "core/store/postgres_pool.h"
#include "core/store/postgres_schema.h"
#include "core/store/postgres_transaction.h"
#include "core/store/store_archive.h"

namespace firstkey::core {

class PostgresStore final : public Store {
 public:
  /// Connects to `location` (postgres_location.h) and brings its schema up to date. `clock` and
  /// `random` must outlive the store; `random` is drawn from by several threads at once.
  /// Errors: kInvalidArgument (the location), kNotInitialised (no schema), kStoreUnreachable,
  /// kStoreReadOnly, kStoreFull, kStoreDamaged, kStoreNewer, kStoreFailed.
  [[nodiscard]] static Result<std::unique_ptr<PostgresStore>> open(
      const std::string& location,
      StorePresence presence,
      const Clock& clock,
      Random& random,
      const PostgresOptions& options = {});

  /// Fills the database `location`, which must have no store, with what the archive or store `path`
  /// holds, but for the settings, which are returned: until they are put, nobody takes it for a
  /// store. Errors: kAlreadyExists, kOutcomeUnknown, those of `check` and open().
  [[nodiscard]] static Result<Settings> fill(const std::string& location,
                                             const std::string& path,
                                             const SettingsCheck& check);

  [[nodiscard]] Result<void> write(const Work& work) override;
  [[nodiscard]] Result<void> read(const ReadWork& work) override;
  [[nodiscard]] Result<void> check() override;
  [[nodiscard]] Result<void> scrub() override;
  /// An archive (store_archive.h).
  [[nodiscard]] Result<void> back_up(const std::string& path) override;

 private:
  /// Whether transactions that met others before wait for each other.
  enum class Turn { kFree, kTaken };
  struct Attempt {
    Result<void> outcome;
    bool may_be_repeated = false;  ///< nothing was written, and it may go well the next time
  };

  PostgresStore(std::string connection_string,
                const PostgresOptions& options,
                const Clock& clock,
                Random& random);

  [[nodiscard]] Attempt try_to_write(const Work& work, Turn turn);
  [[nodiscard]] Attempt try_to_read(const ReadWork& work);
  [[nodiscard]] Result<void> write_on(PostgresConnection& connection, const Work& work, Turn turn);
  void count_lockouts(PostgresConnection& connection);

  PostgresPool pool_;
  LockoutCount lockout_count_;
  PostgresSurroundings surroundings_;
};

}  // namespace firstkey::core
