#include "core/store/postgres_schema.h"

#include <pqxx/transaction>

#include "core/store/migrations.h"

namespace firstkey::core {

namespace {

// Of the advisory locks that are one number, this one: "FK01", then 1.
constexpr const char* kTakeTurn = "SELECT pg_advisory_xact_lock(5065196206260225)";

bool is_true(pqxx::transaction_base& transaction, const char* sql) {
  return transaction.exec1(sql).front().as<bool>();
}

Result<void> check_known(int version) {
  const auto newest = postgres_migrations().back().version;
  if (version <= newest) return {};
  return fail(ErrorCode::kStoreNewer,
              "the store was written by a newer firstkey (schema " + std::to_string(version) +
                  ", this program knows " + std::to_string(newest) + "); install that version");
}

/// Runs the steps after `from`, up to and with `to`.
void run_steps(pqxx::transaction_base& transaction, int from, int to) {
  for (const auto& step : postgres_migrations()) {
    if (step.version > from && step.version <= to) transaction.exec(step.sql);
  }
  transaction.exec("UPDATE schema_version SET version = " + std::to_string(to));
}

/// Brings what others have not brought up to date meanwhile.
Result<void> migrate(PostgresConnection& connection) {
  pqxx::work transaction(connection.raw());
  transaction.exec(kTakeTurn);
  const auto found = schema_version(transaction);
  if (!found) return std::unexpected(found.error());
  auto migrated = found.value() ? migrate_schema(transaction, *found.value())
                                : make_schema(transaction, postgres_migrations().back().version);
  if (migrated) transaction.commit();
  return migrated;
}

}  // namespace

Result<std::optional<int>> schema_version(pqxx::transaction_base& transaction) {
  if (is_true(transaction, "SELECT to_regclass('firstkey.schema_version') IS NOT NULL")) {
    return transaction.exec1("SELECT version FROM firstkey.schema_version").front().as<int>();
  }
  if (is_true(transaction, "SELECT to_regnamespace('firstkey') IS NULL")) return std::nullopt;
  return fail(ErrorCode::kStoreDamaged,
              "the database has a schema \"firstkey\" that is no store of firstkey");
}

Result<void> make_schema(pqxx::transaction_base& transaction, int version) {
  if (auto known = check_known(version); !known) return known;
  if (!is_true(transaction, "SELECT current_setting('server_encoding') = 'UTF8'")) {
    return fail(ErrorCode::kInvalidArgument, "a store needs a database in UTF-8");
  }
  transaction.exec(
      "CREATE SCHEMA firstkey; CREATE TABLE schema_version (only_row bigint PRIMARY KEY "
      "CHECK (only_row = 1), version bigint NOT NULL); INSERT INTO schema_version VALUES (1, 0)");
  run_steps(transaction, 0, version);
  return {};
}

Result<void> migrate_schema(pqxx::transaction_base& transaction, int version) {
  if (auto known = check_known(version); !known) return known;
  run_steps(transaction, version, postgres_migrations().back().version);
  return {};
}

Result<void> bring_up_to_date(PostgresConnection& connection, StorePresence presence) {
  std::optional<int> version;
  {
    pqxx::read_transaction look(connection.raw());
    const auto found = schema_version(look);
    if (!found) return std::unexpected(found.error());
    version = found.value();
  }
  if (!version && presence == StorePresence::kMustExist) {
    return fail(ErrorCode::kNotInitialised,
                "there is no store in this database; run firstkey init");
  }
  if (version == postgres_migrations().back().version) return {};
  return migrate(connection);
}

}  // namespace firstkey::core
