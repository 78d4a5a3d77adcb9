#pragma once
// A bounded number of connections, made when they are needed and kept while they work. One that was
// lost or failed is not given out again.

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/store/postgres_connection.h"

namespace firstkey::core {

struct PostgresOptions {
  std::size_t connections = 8;                 ///< at most, 1..1000
  std::chrono::milliseconds patience{10'000};  ///< for one of them to be free
  PostgresLimits limits;
};

class PostgresPool {
 public:
  /// A connection while it is used. Given back by its end, unless it is broken.
  class Loan {
   public:
    Loan(PostgresPool& pool, std::unique_ptr<PostgresConnection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    ~Loan();
    Loan(Loan&& other) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

    [[nodiscard]] PostgresConnection& operator*() const { return *connection_; }
    [[nodiscard]] PostgresConnection* operator->() const { return connection_.get(); }

   private:
    PostgresPool* pool_;  ///< outlives every loan
    std::unique_ptr<PostgresConnection> connection_;
  };

  PostgresPool(std::string connection_string, const PostgresOptions& options)
      : connection_string_(std::move(connection_string)), options_(options) {}

  /// Threads: any. Waits for a connection to be free. Errors: kStoreUnreachable.
  [[nodiscard]] Result<Loan> borrow();
  /// Closes the connections nobody uses: the server they led to is not there any more.
  void forget_idle();

 private:
  void give_back(std::unique_ptr<PostgresConnection> connection);
  [[nodiscard]] Result<std::unique_ptr<PostgresConnection>> connect() const;

  std::string connection_string_;
  PostgresOptions options_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;
  std::size_t lent_ = 0;
};

}  // namespace firstkey::core
