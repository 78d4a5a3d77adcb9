#pragma once
// How records become rows of a database and back. Columns are written and read in the order of the
// schemas, by running index, so that a record's writer and reader stand side by side in rows.cpp
// and are read together. A database derives from RowWriter and RowReader for its own kinds of
// value.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/store.h"

namespace firstkey::core {

/// Takes the values of a row, or those a statement asks for, one after the other.
class RowWriter {
 public:
  RowWriter() = default;
  virtual ~RowWriter() = default;
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  RowWriter& add(std::int64_t number);
  RowWriter& add(std::string_view text);
  RowWriter& add(const char* text) { return add(std::string_view(text)); }
  RowWriter& add(BytesView bytes);
  RowWriter& add(Instant instant) { return add(instant.time_since_epoch().count()); }
  RowWriter& add(const std::optional<Instant>& instant);
  RowWriter& add(bool flag);
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
  virtual void put_number(std::int64_t number) = 0;
  virtual void put_flag(bool flag) = 0;
  virtual void put_text(std::string_view text) = 0;
  virtual void put_bytes(BytesView bytes) = 0;
  virtual void put_nothing() = 0;
};

/// Reads columns one after the other. What cannot be is damage: it aborts with kStoreDamaged.
class RowReader {
 public:
  RowReader() = default;
  virtual ~RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  [[nodiscard]] std::int64_t number() { return take_number(); }
  [[nodiscard]] int small_number();
  [[nodiscard]] std::uint32_t unsigned_number();
  [[nodiscard]] bool flag() { return take_flag(); }
  [[nodiscard]] std::string text() { return take_text(); }
  [[nodiscard]] Bytes bytes() { return take_bytes(); }
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
  [[nodiscard]] virtual std::int64_t take_number() = 0;
  [[nodiscard]] virtual std::optional<std::int64_t> take_number_if_any() = 0;
  [[nodiscard]] virtual bool take_flag() = 0;
  [[nodiscard]] virtual std::string take_text() = 0;
  [[nodiscard]] virtual Bytes take_bytes() = 0;
};

void write_row(RowWriter& row, const User& user);
void write_row(RowWriter& row, const Pass& pass);
void write_row(RowWriter& row, const Session& session);
void write_row(RowWriter& row, const Challenge& challenge);
void write_row(RowWriter& row, const CredentialRecord& credential);
void write_row(RowWriter& row, const OrphanRecord& orphan);
void write_row(RowWriter& row, const ApiCredential& credential);
void write_row(RowWriter& row, const StoredMetadata& metadata);
void write_row(RowWriter& row, const LockoutCounter& counter);
void write_row(RowWriter& row, const AuditRow& audit);
/// The column of a row's personal fields.
[[nodiscard]] std::string audit_personal_text(const AuditRow& audit);

[[nodiscard]] User read_user(RowReader& row);
[[nodiscard]] Pass read_pass(RowReader& row);
[[nodiscard]] Session read_session(RowReader& row);
[[nodiscard]] Challenge read_challenge(RowReader& row);
[[nodiscard]] CredentialRecord read_credential(RowReader& row);
[[nodiscard]] OrphanRecord read_orphan(RowReader& row);
[[nodiscard]] ApiCredential read_api_credential(RowReader& row);
[[nodiscard]] StoredMetadata read_metadata(RowReader& row);
[[nodiscard]] LockoutCounter read_lockout(RowReader& row);
[[nodiscard]] AuditRow read_audit_row(RowReader& row);

}  // namespace firstkey::core
