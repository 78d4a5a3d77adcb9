#pragma once
// A connection to one SQLite file: statements prepared once, the settings parsed once, and what its
// failures mean in the port's terms.

#include <map>
#include <memory>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/result.h"
#include "core/store/parsed_settings.h"

namespace firstkey::core {

/// A connection with its prepared statements. Used by one thread at a time.
class SqliteConnection {
 public:
  /// Throws SQLite::Exception. Errors are told apart by error_of().
  SqliteConnection(const std::string& path, int flags);

  /// The statement for `sql`, a string literal, ready to be bound.
  [[nodiscard]] SQLite::Statement& prepared(const char* sql);
  /// Runs `sql`, a string literal that takes no values and finds no rows, prepared once.
  void step(const char* sql) { prepared(sql).exec(); }
  /// Runs what is needed once: pragmas and migrations.
  void run(const char* sql) { database_.exec(sql); }
  [[nodiscard]] SQLite::Database& database() noexcept { return database_; }
  [[nodiscard]] ParsedSettings& settings() noexcept { return settings_; }

 private:
  SQLite::Database database_;
  ParsedSettings settings_;
  std::map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

/// What went wrong, in the port's terms, with what to do about it.
[[nodiscard]] Error error_of(const SQLite::Exception& exception);

}  // namespace firstkey::core
