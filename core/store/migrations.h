#pragma once
// The steps from an empty database to the present schema. Forward only: step n brings a database of
// an earlier version to version n, and a released step is never edited. Both databases count
// alike: a step has the same number in both, if it is in both.

#include <span>

namespace firstkey::core {

struct Migration {
  int version;
  const char* sql;
};

[[nodiscard]] std::span<const Migration> sqlite_migrations() noexcept;
[[nodiscard]] std::span<const Migration> postgres_migrations() noexcept;

}  // namespace firstkey::core
