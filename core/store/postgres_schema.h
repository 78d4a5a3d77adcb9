#pragma once
// Making and migrating the schema "firstkey" of a PostgreSQL database.

#include <optional>

#include <pqxx/transaction_base>

#include "core/store.h"
#include "core/store/postgres_connection.h"

namespace firstkey::core {

/// Of the schema that is there, nothing without one. Throws what libpqxx does. Errors:
/// kStoreDamaged (a schema of that name that is not ours).
[[nodiscard]] Result<std::optional<int>> schema_version(pqxx::transaction_base& transaction);

/// Makes the schema as it was at `version`, which none may be newer than. Throws what libpqxx does.
/// Errors: kStoreNewer, kInvalidArgument (not in UTF-8).
[[nodiscard]] Result<void> make_schema(pqxx::transaction_base& transaction, int version);

/// Takes the schema from `version` to the newest. Throws what libpqxx does. Errors: kStoreNewer.
[[nodiscard]] Result<void> migrate_schema(pqxx::transaction_base& transaction, int version);

/// Brings the schema up to date in one transaction, of which only one runs at a time over all
/// programs; touches nothing that is up to date. Throws what libpqxx does. Errors: kNotInitialised
/// (no such schema), kStoreDamaged (a schema of that name that is not ours), kStoreNewer.
[[nodiscard]] Result<void> bring_up_to_date(PostgresConnection& connection, StorePresence presence);

}  // namespace firstkey::core
