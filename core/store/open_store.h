#pragma once
// A store by its location: a file's path, or a PostgreSQL database (postgres_location.h).

#include <memory>
#include <string>

#include "core/store.h"

namespace firstkey::core {

/// `clock` and `random` must outlive the store; `random` is drawn from by several threads at once.
/// Errors: those of SqliteStore::open or PostgresStore::open.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(const std::string& location,
                                                        StorePresence presence,
                                                        const Clock& clock,
                                                        Random& random);

}  // namespace firstkey::core
