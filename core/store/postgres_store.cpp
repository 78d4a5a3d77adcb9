#include "core/store/postgres_store.h"

#include <utility>

#include <pqxx/nontransaction>
#include <pqxx/transaction>
#include <unistd.h>

#include "core/audit_check.h"
#include "core/private_file.h"
#include "core/store/postgres_error.h"
#include "core/store/postgres_location.h"

namespace firstkey::core {

namespace {

// Repeated at once a few times, then in turn: those that met others go one after the other, so that
// each meets only those who come for the first time.
constexpr int kFreeAttempts = 3;
constexpr int kMostAttempts = 20;

using Writing = pqxx::transaction<pqxx::serializable, pqxx::readwrite_policy::read_write>;
using Reading = pqxx::transaction<pqxx::repeatable_read, pqxx::readwrite_policy::read_only>;

/// The turn of those that met others, taken before the transaction has its snapshot. The lock is
/// the session's, so that the server takes it back from the dead.
class TurnOfRepeated {
 public:
  explicit TurnOfRepeated(PostgresConnection& connection) : connection_(connection) {
    connection_.run_alone("SELECT pg_advisory_lock(5065196206260226)");  // "FK01", then 2
  }
  ~TurnOfRepeated() {
    try {
      if (connection_.is_open()) {
        connection_.run_alone("SELECT pg_advisory_unlock(5065196206260226)");
      }
    } catch (const pqxx::pqxx_exception&) {
      connection_.close();  // the lock goes with the session
    }
  }
  TurnOfRepeated(const TurnOfRepeated&) = delete;
  TurnOfRepeated& operator=(const TurnOfRepeated&) = delete;

 private:
  PostgresConnection& connection_;
};

Error unknown_outcome() {
  return {
      .code = ErrorCode::kOutcomeUnknown,
      .detail = "the database's answer to a commit was lost: it may be there or not; ask again"};
}

/// Commits. Errors: kOutcomeUnknown, where the answer was lost or the server warns that the standby
/// may not have it. Throws what means that nothing was committed.
Result<void> commit(PostgresConnection& connection, pqxx::transaction_base& transaction) {
  (void)connection.was_warned();  // of earlier statements
  try {
    transaction.commit();
  } catch (const pqxx::pqxx_exception& exception) {
    // A rule of the schema, or others who were met. Anything else says nothing of the commit.
    const bool is_rolled_back =
        is_met_by_others(exception) ||
        dynamic_cast<const pqxx::integrity_constraint_violation*>(&exception) != nullptr;
    if (is_rolled_back && connection.is_open()) throw;
    connection.close();
    return std::unexpected(unknown_outcome());
  }
  if (connection.was_warned()) return std::unexpected(unknown_outcome());
  return {};
}

}  // namespace

PostgresStore::PostgresStore(std::string connection_string,
                             const PostgresOptions& options,
                             const Clock& clock,
                             Random& random)
    : pool_(std::move(connection_string), options),
      surroundings_{.clock = clock, .random = random, .lockout_count = lockout_count_} {}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& location,
                                                           StorePresence presence,
                                                           const Clock& clock,
                                                           Random& random,
                                                           const PostgresOptions& options) {
  auto connection_string = postgres_connection_string(location);
  if (!connection_string) return std::unexpected(connection_string.error());
  std::unique_ptr<PostgresStore> store(
      new PostgresStore(std::move(connection_string.value()), options, clock, random));
  const auto connection = store->pool_.borrow();
  if (!connection) return std::unexpected(connection.error());
  try {
    auto ready = bring_up_to_date(*connection.value(), presence);
    if (!ready) return std::unexpected(ready.error());
  } catch (const pqxx::pqxx_exception& exception) {
    return std::unexpected(error_of(exception));
  }
  return store;
}

Result<void> PostgresStore::write(const Work& work) {
  for (int attempt = 1;; ++attempt) {
    auto tried = try_to_write(work, attempt <= kFreeAttempts ? Turn::kFree : Turn::kTaken);
    if (!tried.may_be_repeated || attempt == kMostAttempts) return std::move(tried.outcome);
  }
}

PostgresStore::Attempt PostgresStore::try_to_write(const Work& work, Turn turn) {
  auto connection = pool_.borrow();
  if (!connection) return {.outcome = std::unexpected(connection.error())};
  auto& lent = *connection.value();
  try {
    return {.outcome = write_on(lent, work, turn)};
  } catch (const StoreAbort& abort) {
    return {.outcome = std::unexpected(abort.error)};
  } catch (const pqxx::pqxx_exception& exception) {
    if (lent.is_open()) {
      return {.outcome = std::unexpected(error_of(exception)),
              .may_be_repeated = is_met_by_others(exception)};
    }
    // Lost before its commit, so nothing was written. Idle connections led to the same server;
    // where none is to be had, the next attempt ends it.
    pool_.forget_idle();
    return {.outcome = std::unexpected(unreachable()), .may_be_repeated = true};
  }
}

Result<void> PostgresStore::write_on(PostgresConnection& connection, const Work& work, Turn turn) {
  if (lockout_count_.is_due(surroundings_.clock.read().since_boot)) count_lockouts(connection);
  (void)connection.chain();
  std::optional<TurnOfRepeated> taken;
  if (turn == Turn::kTaken) taken.emplace(connection);
  Writing begun(connection.raw());
  PostgresTransaction transaction(
      connection, begun, PostgresTransaction::Access::kWrite, surroundings_);
  if (work(transaction) == Ending::kRollBack) return {};
  transaction.raise_mark();
  auto committed = commit(connection, begun);
  if (committed) lockout_count_.change_by(transaction.more_lockouts());
  return committed;
}

void PostgresStore::count_lockouts(PostgresConnection& connection) {
  const auto counted = connection.run_alone("SELECT count(*) FROM lockouts");
  lockout_count_.set(counted.front().front().as<std::int64_t>());
}

Result<void> PostgresStore::read(const ReadWork& work) {
  for (int attempt = 1;; ++attempt) {
    auto tried = try_to_read(work);
    if (!tried.may_be_repeated || attempt == kMostAttempts) return std::move(tried.outcome);
  }
}

PostgresStore::Attempt PostgresStore::try_to_read(const ReadWork& work) {
  auto connection = pool_.borrow();
  if (!connection) return {.outcome = std::unexpected(connection.error())};
  auto& lent = *connection.value();
  try {
    Reading begun(lent.raw());
    PostgresTransaction transaction(lent, begun, PostgresTransaction::Access::kRead, surroundings_);
    work(transaction);
    return {};
  } catch (const StoreAbort& abort) {
    return {.outcome = std::unexpected(abort.error)};
  } catch (const pqxx::pqxx_exception& exception) {
    if (lent.is_open()) return {.outcome = std::unexpected(error_of(exception))};
    pool_.forget_idle();
    return {.outcome = std::unexpected(unreachable()), .may_be_repeated = true};
  }
}

Result<void> PostgresStore::check() {
  Result<void> verdict;
  const auto done = read([&](ReadTransaction& transaction) {
    const auto checked = check_audit_trail(transaction);
    verdict = checked ? Result<void>() : std::unexpected(checked.error());
  });
  return done ? verdict : done;
}

Result<void> PostgresStore::scrub() {
  return {};  // what rows held before is vacuum's to remove, and the logs' of the server
}

Result<void> PostgresStore::back_up(const std::string& path) {
  auto connection = pool_.borrow();
  if (!connection) return std::unexpected(connection.error());
  if (auto created = create_private_file(path); !created) return created;
  Result<void> written;
  try {
    Reading snapshot(connection.value()->raw());
    written = write_archive(snapshot, path);
  } catch (const pqxx::pqxx_exception& exception) {
    written = std::unexpected(error_of(exception));
  }
  if (written) written = sync_file(path);
  if (!written) (void)::unlink(path.c_str());
  return written;
}

Result<Settings> PostgresStore::fill(const std::string& location,
                                     const std::string& path,
                                     const SettingsCheck& check) {
  const auto connection_string = postgres_connection_string(location);
  if (!connection_string) return std::unexpected(connection_string.error());
  try {
    PostgresConnection connection(connection_string.value(), {});
    pqxx::work transaction(connection.raw());
    auto settings = fill_database(transaction, path, check);
    if (!settings) return settings;
    if (auto committed = commit(connection, transaction); !committed) {
      return std::unexpected(committed.error());
    }
    return settings;
  } catch (const StoreAbort& abort) {
    return std::unexpected(abort.error);
  } catch (const pqxx::pqxx_exception& exception) {
    return std::unexpected(error_of(exception));
  }
}

}  // namespace firstkey::core
