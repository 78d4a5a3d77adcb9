#include "core/store/postgres_location.h"

#include <array>
#include <memory>
#include <set>

#include <libpq-fe.h>

namespace firstkey::core {

namespace {

constexpr std::string_view kPrefix = "postgres:";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
struct FreeText {
  void operator()(char* text) const noexcept { PQfreemem(text); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

struct Default {
  std::string_view keyword;
  std::string_view value;
};

// A server that is gone is noticed within 15 s, whether we wait for an answer (keepalives: 5 s of
// silence, then two asked 5 s apart) or for our bytes to arrive (tcp_user_timeout, milliseconds).
// Source: PostgreSQL 15, 34.1.2.
constexpr auto kDefaults = std::to_array<Default>({
    {"connect_timeout", "5"},
    {"keepalives", "1"},
    {"keepalives_idle", "5"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "2"},
    {"tcp_user_timeout", "15000"},
    {"target_session_attrs", "read-write"},
    {"application_name", "firstkey"},
    {"client_encoding", "UTF8"},
});

/// Appends "keyword='value' ", as PostgreSQL 15, 34.1.1.1 quotes it.
void append(std::string& text, std::string_view keyword, std::string_view value) {
  text.append(keyword).append("='");
  for (const char c : value) {
    if (c == '\'' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  text.append("' ");
}

}  // namespace

bool is_postgres_location(std::string_view location) {
  return location.starts_with(kPrefix) || location.starts_with("postgresql:");
}

Result<std::string> postgres_connection_string(std::string_view location) {
  const bool is_uri = location.starts_with("postgres://") || location.starts_with("postgresql://");
  if (!is_uri && !location.starts_with(kPrefix)) {
    return fail(ErrorCode::kInvalidArgument, "a database is named postgresql://host/database");
  }
  const std::string text(is_uri ? location : location.substr(kPrefix.size()));
  char* raw_complaint = nullptr;
  const Options options(PQconninfoParse(text.c_str(), &raw_complaint));
  const std::unique_ptr<char, FreeText> complaint(raw_complaint);  // may repeat a password
  if (!options) {
    return fail(ErrorCode::kInvalidArgument,
                "the name of the database cannot be read; write postgresql://host/database or "
                "postgres:service=name");
  }
  std::string connection;
  std::set<std::string_view> said;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "password" || keyword == "sslpassword") {
      return fail(ErrorCode::kInvalidArgument,
                  "a password does not belong into the name of a database, where others can read "
                  "it; put it into a file and set PGPASSFILE");
    }
    append(connection, keyword, option->val);
    said.insert(keyword);
  }
  for (const auto& [keyword, value] : kDefaults) {
    if (!said.contains(keyword)) append(connection, keyword, value);
  }
  return connection;
}

}  // namespace firstkey::core
