#pragma once
// The steps from an empty database to the present schema. Forward only: step n brings a database of
// version n - 1 to version n, and a released step is never edited.

#include <span>

namespace firstkey::core {

/// SQL scripts; the first makes version 1.
[[nodiscard]] std::span<const char* const> migrations() noexcept;

}  // namespace firstkey::core
