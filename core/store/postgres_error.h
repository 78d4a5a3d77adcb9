#pragma once
// What PostgreSQL's failures mean in the port's terms. The texts of its exceptions hold statements
// and values, so none of them goes any further: only the five characters of the SQLSTATE do.

#include <pqxx/except>

#include "core/error.h"

namespace firstkey::core {

/// Whether the transaction was rolled back only because of what others did meanwhile: the same
/// work may succeed the next time.
[[nodiscard]] bool is_met_by_others(const pqxx::pqxx_exception& exception);

/// What went wrong, with what to do about it. Source: PostgreSQL 15, appendix A.
[[nodiscard]] Error error_of(const pqxx::pqxx_exception& exception);

/// The connection is gone, or never came to be.
[[nodiscard]] Error unreachable();

}  // namespace firstkey::core
