#pragma once
// Where a store on PostgreSQL is: "postgresql://host/database", or "postgres:" and what libpq takes
// ("postgres:service=firstkey"). Never with a password, which others could read on a command line:
// libpq takes it from PGPASSFILE or a service file.

#include <string>
#include <string_view>

#include "core/result.h"

namespace firstkey::core {

/// Whether `location` names a PostgreSQL database rather than a file.
[[nodiscard]] bool is_postgres_location(std::string_view location);

/// What to connect with: `location` and, where it says nothing of them, our time limits,
/// keepalives, and the wish for a server that takes writes. Errors: kInvalidArgument, for what
/// libpq cannot read and for a password; the text is not repeated.
[[nodiscard]] Result<std::string> postgres_connection_string(std::string_view location);

}  // namespace firstkey::core
