#include "core/store/sqlite_store.h"

#include <cerrno>
#include <utility>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/audit_check.h"
#include "core/private_file.h"
#include "core/store/migrations.h"
#include "core/store/sqlite_transaction.h"
#include "core/store/write_turn.h"

namespace firstkey::core {

namespace {

constexpr int kHandedOverId = 0x464B3058;  // "FK0X": a database has what the file holds
constexpr std::size_t kLargestBatch = 64;  // bounds how long the first of a batch waits
constexpr int kBusyMilliseconds = 10'000;  // a writer of another program, or a stopped one
constexpr std::chrono::milliseconds kTurnPatience{5'000};
constexpr std::size_t kIdleReaders = 4;

template <class Action>
Result<void> guarded(const Action& action) {
  try {
    return action();
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(error_of(exception));
  } catch (const StoreAbort& abort) {
    return std::unexpected(abort.error);
  }
}

std::int64_t pragma(SqliteConnection& connection, const char* sql) {
  SQLite::Statement statement(connection.database(), sql);
  statement.executeStep();
  return statement.getColumn(0).getInt64();
}

std::unexpected<Error> handed_over() {
  return fail(ErrorCode::kStoreUnreachable,
              "this store was copied into a database and goes on there; give --store its location");
}

/// Whether the file behind the connection is still the one at its path, and still the store.
/// Without this, commits into a file that was deleted, replaced or handed over would be
/// acknowledged and lost.
Result<void> check_place(SqliteConnection& connection) {
  auto& id = connection.prepared("PRAGMA application_id");
  id.executeStep();
  if (id.getColumn(0).getInt() == kHandedOverId) return handed_over();
  id.reset();
  int has_moved = 0;
  sqlite3_file_control(
      connection.database().getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (has_moved == 0) return {};
  return fail(ErrorCode::kStoreUnreachable,
              "the database file was moved, deleted or replaced while it was open; put it back, "
              "or start this program again");
}

std::unique_ptr<SqliteConnection> connect(const std::string& path) {
  // No mutex: one thread at a time uses a connection.
  auto connection =
      std::make_unique<SqliteConnection>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
  connection->database().setBusyTimeout(kBusyMilliseconds);
  connection->run("PRAGMA foreign_keys = ON");
  connection->run("PRAGMA trusted_schema = OFF");
  connection->run("PRAGMA cell_size_check = ON");
  connection->run("PRAGMA secure_delete = ON");  // Debian's default; here it is a promise
  // What a savepoint keeps of changed pages otherwise goes into a file of the temporary folder.
  connection->run("PRAGMA temp_store = MEMORY");
  return connection;
}

Result<void> migrate(SqliteConnection& connection, SqliteStore::Presence presence) {
  connection.run("BEGIN EXCLUSIVE");
  const auto version = pragma(connection, "PRAGMA user_version");
  const auto application = pragma(connection, "PRAGMA application_id");
  const auto steps = sqlite_migrations();
  const auto newest = steps.back().version;
  const bool is_empty = pragma(connection, "SELECT count(*) FROM sqlite_schema") == 0;
  if (application == kHandedOverId) {
    connection.run("ROLLBACK");
    return handed_over();
  }
  if (!is_empty && application != kSqliteStoreId) {
    connection.run("ROLLBACK");
    return fail(ErrorCode::kStoreDamaged, "this is a database, but not a firstkey store");
  }
  if (is_empty && presence == SqliteStore::Presence::kMustExist) {
    connection.run("ROLLBACK");
    return fail(
        ErrorCode::kStoreDamaged,
        "the database is empty; restore a backup, or remove the file and run firstkey init");
  }
  if (version < 0 || version > newest) {
    connection.run("ROLLBACK");
    return fail(ErrorCode::kStoreNewer,
                "the store was written by a newer firstkey (schema " + std::to_string(version) +
                    ", this program knows " + std::to_string(newest) + "); install that version");
  }
  for (const auto& step : steps) {
    if (step.version > version) connection.run(step.sql);
  }
  connection.run(("PRAGMA application_id = " + std::to_string(kSqliteStoreId)).c_str());
  connection.run(("PRAGMA user_version = " + std::to_string(newest)).c_str());
  connection.run("COMMIT");
  return {};
}

}  // namespace

SqliteStore::SqliteStore(std::string path, const Clock& clock, Random& random)
    : path_(std::move(path)), clock_(clock), random_(random) {}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path,
                                                       Presence presence,
                                                       const Clock& clock,
                                                       Random& random) {
  const auto found = examine_private_file(path);
  if (!found) return std::unexpected(found.error());
  if (found.value() == FilePresence::kAbsent) {
    if (presence == Presence::kMustExist) {
      return fail(ErrorCode::kNotInitialised,
                  "there is no store at " + path + "; run firstkey init");
    }
    if (auto created = create_private_file(path); !created) {
      return std::unexpected(created.error());
    }
  }
  if (::access(path.c_str(), W_OK) != 0) {
    return fail(ErrorCode::kStoreReadOnly, path + " cannot be written: its disk is read-only");
  }
  std::unique_ptr<SqliteStore> store(new SqliteStore(path, clock, random));
  const auto opened = guarded([&]() -> Result<void> {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      return fail(ErrorCode::kStoreUnreachable, path + " cannot be examined");
    }
    store->turn_ = std::make_unique<WriteTurn>(status.st_dev, status.st_ino);
    store->writer_ = connect(path);
    store->writer_->run("PRAGMA journal_mode = WAL");
    store->writer_->run("PRAGMA synchronous = FULL");
    store->writer_->run("PRAGMA journal_size_limit = 16777216");
    return migrate(*store->writer_, presence);
  });
  if (!opened) return std::unexpected(opened.error());
  store->thread_ = std::thread(&SqliteStore::serve_writers, store.get());
  return store;
}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(queue_mutex_);
    is_stopping_ = true;
  }
  work_arrived_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<void> SqliteStore::write(const Work& work) {
  Pending pending{.work = &work, .outcome = {}, .thrown = nullptr, .is_done = false};
  std::unique_lock lock(queue_mutex_);
  queue_.push_back(&pending);
  work_arrived_.notify_one();
  work_done_.wait(lock, [&] { return pending.is_done; });
  if (pending.thrown) std::rethrow_exception(pending.thrown);
  return std::move(pending.outcome);
}

void SqliteStore::serve_writers() {
  std::unique_lock lock(queue_mutex_);
  while (true) {
    work_arrived_.wait(lock, [&] { return is_stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    lock.unlock();
    turn_->take(kTurnPatience);
    lock.lock();
    // What arrived while we waited for the turn travels along.
    std::vector<Pending*> batch;
    while (!queue_.empty() && batch.size() < kLargestBatch) {
      batch.push_back(queue_.front());
      queue_.pop_front();
    }
    lock.unlock();
    run_batch(batch);
    turn_->pass_on();
    lock.lock();
    for (auto* pending : batch) pending->is_done = true;
    work_done_.notify_all();
  }
}

void SqliteStore::run_batch(const std::vector<Pending*>& batch) {
  bool is_committing = false;
  auto committed = guarded([&]() -> Result<void> {
    writer_->step("BEGIN IMMEDIATE");
    if (auto placed = check_place(*writer_); !placed) return placed;
    for (auto* pending : batch) run_one(*pending);
    is_committing = true;
    writer_->step("COMMIT");
    return {};
  });
  if (committed) return;
  // The log may hold the commit although writing it through failed: a crash now could bring it
  // back.
  if (is_committing && committed.error().code == ErrorCode::kStoreFailed) {
    committed = fail(ErrorCode::kOutcomeUnknown, committed.error().detail);
  }
  if (sqlite3_get_autocommit(writer_->database().getHandle()) == 0) {
    (void)guarded([&]() -> Result<void> {
      writer_->step("ROLLBACK");
      return {};
    });
  }
  for (auto* pending : batch) {
    if (pending->outcome) pending->outcome = std::unexpected(committed.error());
  }
}

void SqliteStore::run_one(Pending& pending) {
  writer_->step("SAVEPOINT work");
  auto ending = Ending::kRollBack;
  pending.outcome = guarded([&]() -> Result<void> {
    SqliteTransaction transaction(*writer_, clock_, random_);
    try {
      ending = (*pending.work)(transaction);
    } catch (const SQLite::Exception&) {
      throw;
    } catch (const StoreAbort&) {
      throw;
    } catch (...) {  // not the store's: it travels back to the thread that asked
      pending.thrown = std::current_exception();
    }
    if (ending == Ending::kCommit) transaction.raise_mark();
    return {};
  });
  // A full disk may have rolled the whole transaction back already; then there is no savepoint left
  // and this throws to run_batch, which fails the whole batch.
  if (!pending.outcome || ending == Ending::kRollBack) writer_->step("ROLLBACK TO work");
  writer_->step("RELEASE work");
}

std::unique_ptr<SqliteConnection> SqliteStore::borrow_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      auto reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  auto reader = connect(path_);
  reader->run("PRAGMA query_only = ON");
  return reader;
}

void SqliteStore::give_back(std::unique_ptr<SqliteConnection> reader) {
  const std::lock_guard lock(readers_mutex_);
  if (idle_readers_.size() < kIdleReaders) idle_readers_.push_back(std::move(reader));
}

Result<void> SqliteStore::read(const ReadWork& work) {
  return guarded([&]() -> Result<void> {
    auto reader = borrow_reader();  // not given back after a failure
    if (auto placed = check_place(*reader); !placed) return placed;
    reader->step("BEGIN");
    SqliteTransaction transaction(*reader, clock_, random_);
    work(transaction);
    reader->step("ROLLBACK");
    give_back(std::move(reader));
    return {};
  });
}

Result<void> SqliteStore::check() {
  return guarded([&]() -> Result<void> {
    auto reader = borrow_reader();
    reader->run("BEGIN");
    SQLite::Statement integrity(reader->database(), "PRAGMA integrity_check(1)");
    integrity.executeStep();
    if (const auto verdict = integrity.getColumn(0).getString(); verdict != "ok") {
      return fail(ErrorCode::kStoreDamaged, "the database is damaged: " + verdict);
    }
    SQLite::Statement keys(reader->database(), "PRAGMA foreign_key_check");
    if (keys.executeStep()) {
      return fail(ErrorCode::kStoreDamaged,
                  "a row of " + keys.getColumn(0).getString() + " refers to one that is gone");
    }
    if (pragma(*reader,
               "SELECT (SELECT counters FROM lockout_count) = (SELECT count(*) FROM lockouts)") !=
        1) {
      return fail(ErrorCode::kStoreDamaged, "the lock-out counters are not as many as was kept");
    }
    SqliteTransaction transaction(*reader, clock_, random_);
    const auto checked = check_audit_trail(transaction);
    if (!checked) return std::unexpected(checked.error());
    return {};
  });
}

Result<void> SqliteStore::scrub() {
  return guarded([&]() -> Result<void> {
    auto connection = connect(path_);
    // Overwritten bytes are zeroed in the file's pages (secure_delete); the log has them still.
    if (pragma(*connection, "PRAGMA wal_checkpoint(TRUNCATE)") == 0) return {};
    return fail(ErrorCode::kStoreUnreachable,
                "something reads the store, so its log could not be emptied; try again");
  });
}

Result<void> SqliteStore::hand_over(const std::function<Result<void>()>& take) {
  Result<void> taken = fail(ErrorCode::kStoreFailed, "the transaction did not run");
  const auto marked = write([&](WriteTransaction&) {
    taken = take();
    if (!taken) return Ending::kRollBack;
    writer_->run(("PRAGMA application_id = " + std::to_string(kHandedOverId)).c_str());
    return Ending::kCommit;
  });
  if (marked || !taken) return taken;
  return fail(ErrorCode::kOutcomeUnknown,
              "the database has everything, but this file could not be marked (" +
                  marked.error().detail + "); let nobody use it any more");
}

Result<void> SqliteStore::back_up(const std::string& path) {
  if (auto created = create_private_file(path); !created) return created;
  auto copied = guarded([&]() -> Result<void> {
    auto reader = connect(path_);
    SQLite::Statement statement(reader->database(), "VACUUM INTO ?");
    statement.bind(1, path);
    statement.exec();
    return {};
  });
  if (copied) copied = sync_file(path);
  if (!copied) (void)::unlink(path.c_str());
  return copied;
}

}  // namespace firstkey::core
