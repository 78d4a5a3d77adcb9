#pragma once
// A store in one SQLite file (WAL, synchronous=FULL). Within the process one thread writes: callers
// queue, and what is queued shares one durable commit. Among processes writers take turns
// (write_turn.h). Readers see snapshots and wait for nobody.

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/store.h"

namespace firstkey::core {

/// In the header of a store's file: file(1) can tell.
inline constexpr int kSqliteStoreId = 0x464B3031;  // "FK01"

class SqliteConnection;
class WriteTurn;

class SqliteStore final : public Store {
 public:
  using Presence = StorePresence;

  /// Opens `path` and brings its schema up to date. A new file has mode 0600, a new folder 0700;
  /// existing ones that others can read are refused. `clock` and `random` must outlive the store.
  /// Errors: kNotInitialised (no such file), kStoreUnreachable (permissions), kStoreReadOnly,
  /// kStoreFull, kStoreDamaged, kStoreNewer (written by a later firstkey), kStoreFailed.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::string& path,
                                                                 Presence presence,
                                                                 const Clock& clock,
                                                                 Random& random);
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;
  SqliteStore(SqliteStore&&) = delete;
  SqliteStore& operator=(SqliteStore&&) = delete;

  [[nodiscard]] Result<void> write(const Work& work) override;
  [[nodiscard]] Result<void> read(const ReadWork& work) override;
  [[nodiscard]] Result<void> check() override;
  [[nodiscard]] Result<void> scrub() override;
  [[nodiscard]] Result<void> back_up(const std::string& path) override;
  /// Lets `take` copy what the file holds while nobody can change it, and if that went well marks
  /// the file as handed over: every program that has it open, or opens it later, is refused.
  /// Errors: those of `take` and of write(); kOutcomeUnknown: taken, and perhaps not marked.
  [[nodiscard]] Result<void> hand_over(const std::function<Result<void>()>& take);

 private:
  /// A caller of write(), waiting on its own stack.
  struct Pending {
    const Work* work = nullptr;
    Result<void> outcome;
    std::exception_ptr thrown;  ///< what the work threw; thrown again where it was asked for
    bool is_done = false;
  };

  SqliteStore(std::string path, const Clock& clock, Random& random);

  void serve_writers();
  void run_batch(const std::vector<Pending*>& batch);
  void run_one(Pending& pending);
  [[nodiscard]] std::unique_ptr<SqliteConnection> borrow_reader();
  void give_back(std::unique_ptr<SqliteConnection> reader);

  std::string path_;
  const Clock& clock_;
  Random& random_;
  std::unique_ptr<SqliteConnection> writer_;
  std::unique_ptr<WriteTurn> turn_;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;

  std::mutex queue_mutex_;
  std::condition_variable work_arrived_;
  std::condition_variable work_done_;
  std::deque<Pending*> queue_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace firstkey::core
