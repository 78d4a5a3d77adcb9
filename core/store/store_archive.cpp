#include "core/store/store_archive.h"

#include <optional>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <pqxx/binarystring>
#include <pqxx/connection_base>
#include <pqxx/prepared_statement>
#include <pqxx/result>

#include "core/store/postgres_schema.h"
#include "core/store/sqlite_connection.h"
#include "core/store/sqlite_store.h"

namespace firstkey::core {

namespace {

constexpr int kArchiveId = 0x464B4131;  // "FKA1"
constexpr const char* kPage = "FETCH 1000 FROM everything";
// Source: pg_type.dat of PostgreSQL 15. The schema has these and text.
constexpr pqxx::oid kBoolean = 16;
constexpr pqxx::oid kByteString = 17;
constexpr pqxx::oid kBigint = 20;

std::int64_t number_from(SQLite::Database& file, const char* sql) {
  SQLite::Statement statement(file, sql);
  statement.executeStep();
  return statement.getColumn(0).getInt64();
}

std::string in_quotes(const std::string& name) {
  return '"' + name + '"';
}

/// In the order they were made, so that each comes after those it refers to. What belongs to the
/// machines, or follows from the rest, is left out.
std::vector<std::string> tables_of(pqxx::transaction_base& database) {
  std::vector<std::string> names;
  for (const auto& row : database.exec(
           "SELECT relname FROM pg_class WHERE relnamespace = 'firstkey'::regnamespace "
           "AND relkind = 'r' AND relname NOT IN ('schema_version', 'clock_marks') ORDER BY oid")) {
    names.push_back(row.front().as<std::string>());
  }
  return names;
}

std::vector<std::string> tables_of(SQLite::Database& file) {
  std::vector<std::string> names;
  SQLite::Statement statement(file,
                              "SELECT name FROM sqlite_schema WHERE type = 'table' "
                              "AND name NOT LIKE 'sqlite_%' "
                              "AND name NOT IN ('clock_mark', 'lockout_count') ORDER BY rowid");
  while (statement.executeStep()) names.push_back(statement.getColumn(0).getString());
  return names;
}

void bind(SQLite::Statement& statement, int at, const pqxx::field& field) {
  if (field.is_null()) {
    statement.bind(at);
  } else if (field.type() == kBigint) {
    statement.bind(at, field.as<std::int64_t>());
  } else if (field.type() == kBoolean) {
    statement.bind(at, field.as<bool>() ? 1 : 0);
  } else if (field.type() == kByteString) {
    const pqxx::binarystring bytes(field);
    statement.bind(at, bytes.data(), static_cast<int>(bytes.size()));
  } else {
    statement.bind(at, std::string(field.c_str(), field.size()));
  }
}

void archive_table(pqxx::transaction_base& database,
                   SQLite::Database& file,
                   const std::string& table) {
  database.exec("DECLARE everything NO SCROLL CURSOR FOR SELECT * FROM " + in_quotes(table));
  auto page = database.exec(kPage);
  std::string columns;
  std::string places;
  for (pqxx::row::size_type i = 0; i < page.columns(); ++i) {
    columns += (i == 0 ? "" : ", ") + in_quotes(page.column_name(i));
    places += i == 0 ? "?" : ", ?";
  }
  file.exec("CREATE TABLE " + in_quotes(table) + " (" + columns + ")");
  SQLite::Statement insert(file, "INSERT INTO " + in_quotes(table) + " VALUES (" + places + ")");
  for (; !page.empty(); page = database.exec(kPage)) {
    for (const auto& row : page) {
      for (pqxx::row::size_type i = 0; i < row.size(); ++i) {
        bind(insert, static_cast<int>(i) + 1, row[i]);
      }
      insert.exec();
      insert.reset();
    }
  }
  database.exec("CLOSE everything");
}

/// As PostgreSQL reads values: a number for a boolean too.
std::optional<std::string> text_of(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  if (!column.isBlob()) return column.getString();
  const auto* const bytes = static_cast<const std::uint8_t*>(column.getBlob());
  return "\\x" + to_hex(BytesView(bytes, static_cast<std::size_t>(column.getBytes())));
}

/// The statement that takes the rows of `select`. A file's audit trail is one chain, without a
/// column for it.
std::string insertion_of(SQLite::Statement& select, const std::string& table) {
  std::string columns;
  std::string places;
  bool has_chain = false;
  for (int i = 0; i < select.getColumnCount(); ++i) {
    std::string name = select.getColumnName(i);
    has_chain = has_chain || name == "chain";
    if (name == "user") name = "user_id";  // a word of PostgreSQL's
    columns += (i == 0 ? "" : ", ") + in_quotes(name);
    places += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
  }
  if (table == "audit" && !has_chain) {
    columns += ", chain";
    places += ", " + std::to_string(kFirstChain);
  }
  return "INSERT INTO " + in_quotes(table) + " (" + columns + ") VALUES (" + places + ")";
}

void fill_table(pqxx::transaction_base& database,
                SQLite::Database& file,
                const std::string& table) {
  SQLite::Statement select(file, "SELECT * FROM " + in_quotes(table));
  const auto name = "fill_" + table;
  database.conn().prepare(name, insertion_of(select, table));
  std::vector<std::optional<std::string>> values(static_cast<std::size_t>(select.getColumnCount()));
  while (select.executeStep()) {
    std::vector<const char*> pointers;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = text_of(select.getColumn(static_cast<int>(i)));
      if (values[i] && values[i]->contains('\0')) {
        throw StoreAbort{{.code = ErrorCode::kInvalidArgument,
                          .detail = "a text holds a zero byte, which PostgreSQL cannot keep"}};
      }
      pointers.push_back(values[i] ? values[i]->c_str() : nullptr);
    }
    database.exec_prepared(name, pqxx::prepare::make_dynamic_params(pointers));
  }
  database.conn().unprepare(name);
}

/// A schema of the file's version without a row. Errors: kAlreadyExists.
Result<void> prepare_schema(pqxx::transaction_base& database, int version) {
  const auto found = schema_version(database);
  if (!found) return std::unexpected(found.error());
  if (!found.value()) return make_schema(database, version);
  bool is_empty = found.value() == version;
  for (const auto& table : tables_of(database)) {
    is_empty =
        is_empty && (table == "audit_chains" ||
                     database.exec("SELECT 1 FROM " + in_quotes(table) + " LIMIT 1").empty());
  }
  if (!is_empty) {
    return fail(ErrorCode::kAlreadyExists,
                "there is a store in this database; nothing is ever written over one");
  }
  database.exec("DELETE FROM audit_chains");
  return {};
}

/// Whether the server's clock is where the file's decisions were. Errors: kClockUncertain.
Result<void> compare_clocks(pqxx::transaction_base& database, SQLite::Database& file) {
  if (!file.tableExists("clock_mark")) return {};  // an archive's are the machines'
  const Duration mark(number_from(file, "SELECT coalesce(max(utc), 0) FROM clock_mark"));
  const Duration server(database.exec1("SELECT server_clock()").front().as<std::int64_t>());
  if (server + kServerSkew >= mark) return {};
  return fail(ErrorCode::kClockUncertain,
              "the database server's clock is behind the one this store was used by; set it right");
}

Result<Settings> take_settings(pqxx::transaction_base& database) {
  const auto found = database.exec("DELETE FROM settings RETURNING document");
  if (found.empty()) {
    return fail(ErrorCode::kStoreDamaged, "the store in this file was never initialised");
  }
  return settings_from_json(found.front().front().as<std::string>());
}

}  // namespace

Result<StoreFileKind> kind_of_store_file(const std::string& path) {
  try {
    SQLite::Database file(path, SQLite::OPEN_READONLY);
    const auto id = number_from(file, "PRAGMA application_id");
    if (id == kArchiveId) return StoreFileKind::kArchive;
    if (id == kSqliteStoreId) return StoreFileKind::kStore;
    return fail(ErrorCode::kStoreDamaged, "this is no backup of a store");
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(error_of(exception));
  }
}

Result<void> write_archive(pqxx::transaction_base& snapshot, const std::string& path) {
  try {
    const auto version = schema_version(snapshot);
    if (!version) return std::unexpected(version.error());
    SQLite::Database file(path, SQLite::OPEN_READWRITE);
    file.exec("BEGIN");
    for (const auto& table : tables_of(snapshot)) archive_table(snapshot, file, table);
    file.exec("PRAGMA application_id = " + std::to_string(kArchiveId));
    file.exec("PRAGMA user_version = " + std::to_string(version->value_or(0)));
    file.exec("COMMIT");
    return {};
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(error_of(exception));
  }
}

Result<Settings> fill_database(pqxx::transaction_base& transaction,
                               const std::string& path,
                               const SettingsCheck& check) {
  try {
    SQLite::Database file(path, SQLite::OPEN_READONLY);
    file.exec("BEGIN");
    const auto version = static_cast<int>(number_from(file, "PRAGMA user_version"));
    if (auto prepared = prepare_schema(transaction, version); !prepared) {
      return std::unexpected(prepared.error());
    }
    for (const auto& table : tables_of(file)) fill_table(transaction, file, table);
    // A file has no register of chains: they end where their rows do.
    transaction.exec(
        "INSERT INTO audit_chains SELECT DISTINCT ON (chain) chain, sequence, hash FROM audit "
        "ORDER BY chain, sequence DESC ON CONFLICT DO NOTHING");
    if (auto migrated = migrate_schema(transaction, version); !migrated) {
      return std::unexpected(migrated.error());
    }
    if (auto compared = compare_clocks(transaction, file); !compared) {
      return std::unexpected(compared.error());
    }
  } catch (const SQLite::Exception& exception) {
    return std::unexpected(error_of(exception));
  }
  auto settings = take_settings(transaction);
  if (!settings) return settings;
  if (auto checked = check(settings.value()); !checked) return std::unexpected(checked.error());
  return settings;
}

}  // namespace firstkey::core
