#pragma once
// The values of SQLite's statements: bound by a writer, read from the row they stand at by a
// reader.

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/store/rows.h"

namespace firstkey::core {

/// Binds a statement's values. `statement` must outlive it.
class SqliteRowWriter final : public RowWriter {
 public:
  explicit SqliteRowWriter(SQLite::Statement& statement) : statement_(statement) {}

 private:
  void put_number(std::int64_t number) override { statement_.bind(next_++, number); }
  void put_flag(bool flag) override { put_number(flag ? 1 : 0); }
  void put_text(std::string_view text) override { statement_.bind(next_++, std::string(text)); }
  void put_bytes(BytesView bytes) override;
  void put_nothing() override { statement_.bind(next_++); }

  SQLite::Statement& statement_;
  int next_ = 1;
};

/// Reads the row that `statement`, which must outlive it, stands at.
class SqliteRowReader final : public RowReader {
 public:
  explicit SqliteRowReader(SQLite::Statement& statement) : statement_(statement) {}

 private:
  [[nodiscard]] std::int64_t take_number() override;
  [[nodiscard]] std::optional<std::int64_t> take_number_if_any() override;
  [[nodiscard]] bool take_flag() override { return take_number() != 0; }
  [[nodiscard]] std::string take_text() override;
  [[nodiscard]] Bytes take_bytes() override;

  SQLite::Statement& statement_;
  int next_ = 0;
};

}  // namespace firstkey::core
