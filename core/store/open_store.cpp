#include "core/store/open_store.h"

#include "core/store/postgres_location.h"
#include "core/store/postgres_store.h"
#include "core/store/sqlite_store.h"

namespace firstkey::core {

Result<std::unique_ptr<Store>> open_store(const std::string& location,
                                          StorePresence presence,
                                          const Clock& clock,
                                          Random& random) {
  if (is_postgres_location(location)) {
    return PostgresStore::open(location, presence, clock, random);
  }
  return SqliteStore::open(location, presence, clock, random);
}

}  // namespace firstkey::core
