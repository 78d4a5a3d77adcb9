#pragma once
// How records become rows of the SQLite schema and back. Columns are written and read in the order
// of schema/*.sql, by running index, so that a record's writer and reader stand side by side in
// sqlite_rows.cpp and are read together.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/store.h"

namespace firstkey::core {

/// Binds values one after the other.
class RowWriter {
 public:
  explicit RowWriter(SQLite::Statement& statement) : statement_(statement) {}

  RowWriter& add(std::int64_t number);
  RowWriter& add(std::string_view text);
  RowWriter& add(const char* text) { return add(std::string_view(text)); }
  RowWriter& add(BytesView bytes);
  RowWriter& add(Instant instant) { return add(instant.time_since_epoch().count()); }
  RowWriter& add(const std::optional<Instant>& instant);
  RowWriter& add(bool flag) { return add(std::int64_t{flag ? 1 : 0}); }
  template <class Tag>
  RowWriter& add(const Id<Tag>& id) {
    return add(std::string_view(id.text()));
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  RowWriter& add(Enum value) {
    return add(static_cast<std::int64_t>(value));
  }

 private:
  SQLite::Statement& statement_;
  int next_ = 1;
};

/// Reads columns one after the other. What cannot be is damage: it aborts with kStoreDamaged.
class RowReader {
 public:
  explicit RowReader(SQLite::Statement& statement) : statement_(statement) {}

  [[nodiscard]] std::int64_t number();
  [[nodiscard]] int small_number();
  [[nodiscard]] std::uint32_t unsigned_number();
  [[nodiscard]] bool flag() { return number() != 0; }
  [[nodiscard]] std::string text();
  [[nodiscard]] Bytes bytes();
  [[nodiscard]] Sha256 digest();
  [[nodiscard]] Instant instant() { return Instant(Duration(number())); }
  [[nodiscard]] std::optional<Instant> maybe_instant();
  template <class AnyId>
  [[nodiscard]] AnyId id() {
    return AnyId(text());
  }
  /// The schema's CHECK keeps the number within the enumeration.
  template <class Enum>
  [[nodiscard]] Enum one_of() {
    return static_cast<Enum>(small_number());
  }

 private:
  SQLite::Statement& statement_;
  int next_ = 0;
};

void write_row(RowWriter& row, const User& user);
void write_row(RowWriter& row, const Pass& pass);
void write_row(RowWriter& row, const Session& session);
void write_row(RowWriter& row, const Challenge& challenge);
void write_row(RowWriter& row, const CredentialRecord& credential);
void write_row(RowWriter& row, const OrphanRecord& orphan);
void write_row(RowWriter& row, const StoredMetadata& metadata);
void write_row(RowWriter& row, const LockoutCounter& counter);
void write_row(RowWriter& row, const AuditRow& audit);

[[nodiscard]] User read_user(RowReader row);
[[nodiscard]] Pass read_pass(RowReader row);
[[nodiscard]] Session read_session(RowReader row);
[[nodiscard]] Challenge read_challenge(RowReader row);
[[nodiscard]] CredentialRecord read_credential(RowReader row);
[[nodiscard]] OrphanRecord read_orphan(RowReader row);
[[nodiscard]] StoredMetadata read_metadata(RowReader row);
[[nodiscard]] LockoutCounter read_lockout(RowReader row);
[[nodiscard]] AuditRow read_audit_row(RowReader row);

}  // namespace firstkey::core
