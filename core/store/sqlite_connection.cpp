#include "core/store/sqlite_connection.h"

#include <sqlite3.h>

namespace firstkey::core {

SqliteConnection::SqliteConnection(const std::string& path, int flags) : database_(path, flags) {}

SQLite::Statement& SqliteConnection::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    statement = std::make_unique<SQLite::Statement>(database_, sql);
  } else {
    (void)statement->tryReset();  // repeats the error of the last run, which was told then
    statement->clearBindings();
  }
  return *statement;
}

Error error_of(const SQLite::Exception& exception) {
  const std::string cause = exception.what();
  switch (exception.getErrorCode()) {
    case SQLITE_FULL:
      return {.code = ErrorCode::kStoreFull,
              .detail = "the disk is full; free some space and try again, nothing was changed"};
    case SQLITE_READONLY:
      return {.code = ErrorCode::kStoreReadOnly,
              .detail = "the store cannot be written: its disk or file is read-only"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {.code = ErrorCode::kStoreDamaged,
              .detail = "the database file is damaged (" + cause + "); restore a backup"};
    case SQLITE_CANTOPEN:
      return {.code = ErrorCode::kStoreUnreachable,
              .detail = "the database file cannot be opened (" + cause + ")"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {.code = ErrorCode::kStoreUnreachable,
              .detail = "another program held the database for too long; try again"};
    default:
      return {.code = ErrorCode::kStoreFailed, .detail = "the database failed: " + cause};
  }
}

}  // namespace firstkey::core
