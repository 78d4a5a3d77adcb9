#include "core/store/postgres_error.h"

#include <string>
#include <string_view>

namespace firstkey::core {

namespace {

std::string state_of(const pqxx::pqxx_exception& exception) {
  const auto* refused = dynamic_cast<const pqxx::sql_error*>(&exception);
  return refused == nullptr ? std::string() : refused->sqlstate();
}

}  // namespace

bool is_met_by_others(const pqxx::pqxx_exception& exception) {
  // In libpqxx these two are no sql_error and carry no SQLSTATE.
  if (dynamic_cast<const pqxx::serialization_failure*>(&exception) != nullptr ||
      dynamic_cast<const pqxx::deadlock_detected*>(&exception) != nullptr) {
    return true;
  }
  const auto state = state_of(exception);
  return state == "40001" || state == "40P01";
}

Error error_of(const pqxx::pqxx_exception& exception) {
  if (is_met_by_others(exception)) {
    return {.code = ErrorCode::kStoreUnreachable,
            .detail = "too many others changed the same records; try again"};
  }
  if (dynamic_cast<const pqxx::broken_connection*>(&exception) != nullptr) return unreachable();
  const auto state = state_of(exception);
  if (state == "53100") {
    return {.code = ErrorCode::kStoreFull,
            .detail =
                "the database server's disk is full; free some space and try again, "
                "nothing was changed"};
  }
  if (state == "25006") {
    return {.code = ErrorCode::kStoreReadOnly,
            .detail = "the database takes no changes: it is a standby, or was made read-only"};
  }
  if (state == "57014" || state == "55P03") {
    return {.code = ErrorCode::kStoreUnreachable,
            .detail = "the database took too long; try again"};
  }
  if (state == "42501") {
    return {.code = ErrorCode::kStoreUnreachable,
            .detail =
                "the database does not let this account do what firstkey needs; see "
                "core/store/README.md for what to grant"};
  }
  // Connection lost, resources short, shut down by its operator.
  for (const std::string_view family : {"08", "53", "57"}) {
    if (state.starts_with(family)) return unreachable();
  }
  // Damaged pages, and tables or columns that are not those of the schema.
  for (const std::string_view sign : {"XX001", "XX002", "42P01", "42703", "42883", "3F000"}) {
    if (state == sign) {
      return {.code = ErrorCode::kStoreDamaged,
              .detail = "the database is damaged, or its schema was changed by hand (SQLSTATE " +
                        state + "); restore a backup"};
    }
  }
  return {.code = ErrorCode::kStoreFailed,
          .detail = "the database refused a statement" +
                    (state.empty() ? std::string() : " (SQLSTATE " + state + ")")};
}

Error unreachable() {
  return {.code = ErrorCode::kStoreUnreachable,
          .detail =
              "the database cannot be reached, or does not let this account in; its own log "
              "says which"};
}

}  // namespace firstkey::core
