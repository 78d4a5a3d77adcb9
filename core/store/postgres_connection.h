#pragma once
// A connection to PostgreSQL: statements prepared once, the settings parsed once, time limits, and
// the lease of an audit chain, which lasts as long as the server keeps the session. It never
// reconnects by itself: what was lost with the session would be missing without a word.

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <pqxx/connection>
#include <pqxx/result>
#include <pqxx/transaction_base>

#include "core/store/parsed_settings.h"
#include "core/store/postgres_rows.h"

namespace firstkey::core {

/// How long the server may take before it gives up a statement, or we a lock. Not for commits,
/// which nobody cancels.
struct PostgresLimits {
  std::chrono::milliseconds statement{10'000};
  std::chrono::milliseconds lock{10'000};
  std::chrono::milliseconds idle_in_transaction{30'000};
};

/// Used by one thread at a time.
class PostgresConnection {
 public:
  /// Throws what libpqxx does.
  PostgresConnection(const std::string& connection_string, const PostgresLimits& limits);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  /// Runs `sql`, a string literal, prepared once, with what `values` holds.
  pqxx::result run(pqxx::transaction_base& transaction,
                   const char* sql,
                   const PostgresRowWriter& values);
  /// Runs `sql` in a transaction of its own.
  pqxx::result run_alone(const std::string& sql);

  /// The chain this connection appends to, leased when first asked for: one that nobody holds,
  /// else a new one. Not inside a transaction.
  [[nodiscard]] std::int64_t chain();

  [[nodiscard]] bool is_open() const noexcept { return connection_.is_open(); }
  /// Gives it up, with whatever the server holds for it.
  void close() { connection_.disconnect(); }
  [[nodiscard]] pqxx::connection& raw() noexcept { return connection_; }
  [[nodiscard]] ParsedSettings& settings() noexcept { return settings_; }
  /// Whether the server has warned of something since this was last asked: of a commit, that it
  /// is not where it should be.
  [[nodiscard]] bool was_warned();

 private:
  class Warnings;

  [[nodiscard]] bool lease(std::int64_t chain);

  pqxx::connection connection_;
  std::unique_ptr<Warnings> warnings_;
  ParsedSettings settings_;
  std::map<const char*, std::string> statements_;  ///< their names
  std::int64_t chain_ = 0;                         ///< 0: none leased yet
};

}  // namespace firstkey::core
