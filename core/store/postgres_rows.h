#pragma once
// The values of PostgreSQL's statements, sent and received as text: byte strings in hexadecimal,
// instants and enumerations as bigint, flags as boolean.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pqxx/row>

#include "core/store/rows.h"

namespace firstkey::core {

/// Collects the values of one statement.
class PostgresRowWriter final : public RowWriter {
 public:
  /// Null pointers for what is nothing; valid until the next value.
  [[nodiscard]] std::vector<const char*> values() const;

 private:
  void put_number(std::int64_t number) override { values_.emplace_back(std::to_string(number)); }
  void put_flag(bool flag) override { values_.emplace_back(flag ? "t" : "f"); }
  /// Aborts with kInvalidArgument at a zero byte, which PostgreSQL cannot keep.
  void put_text(std::string_view text) override;
  void put_bytes(BytesView bytes) override { values_.emplace_back("\\x" + to_hex(bytes)); }
  void put_nothing() override { values_.emplace_back(std::nullopt); }

  std::vector<std::optional<std::string>> values_;
};

class PostgresRowReader final : public RowReader {
 public:
  explicit PostgresRowReader(const pqxx::row& row) : row_(row) {}

 private:
  [[nodiscard]] std::int64_t take_number() override;
  [[nodiscard]] std::optional<std::int64_t> take_number_if_any() override;
  [[nodiscard]] bool take_flag() override;
  [[nodiscard]] std::string take_text() override;
  [[nodiscard]] Bytes take_bytes() override;

  pqxx::row row_;
  pqxx::row::size_type next_ = 0;
};

}  // namespace firstkey::core
