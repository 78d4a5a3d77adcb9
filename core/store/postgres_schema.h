#pragma once
// Making and migrating the schema "firstkey" of a PostgreSQL database.

#include "core/store.h"
#include "core/store/postgres_connection.h"

namespace firstkey::core {

/// Brings the schema up to date in one transaction, of which only one runs at a time over all
/// programs; touches nothing that is up to date. Throws what libpqxx does. Errors: kNotInitialised
/// (no such schema), kStoreDamaged (a schema of that name that is not ours), kStoreNewer.
[[nodiscard]] Result<void> bring_up_to_date(PostgresConnection& connection, StorePresence presence);

}  // namespace firstkey::core
