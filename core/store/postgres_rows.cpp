#include "core/store/postgres_rows.h"

#include <pqxx/binarystring>

namespace firstkey::core {

std::vector<const char*> PostgresRowWriter::values() const {
  std::vector<const char*> pointers;
  pointers.reserve(values_.size());
  for (const auto& value : values_) pointers.push_back(value ? value->c_str() : nullptr);
  return pointers;
}

void PostgresRowWriter::put_text(std::string_view text) {
  if (text.contains('\0')) {
    throw StoreAbort{{.code = ErrorCode::kInvalidArgument, .detail = "a text holds a zero byte"}};
  }
  values_.emplace_back(text);
}

std::int64_t PostgresRowReader::take_number() {
  return row_[next_++].as<std::int64_t>();
}

std::optional<std::int64_t> PostgresRowReader::take_number_if_any() {
  const auto field = row_[next_++];
  if (field.is_null()) return std::nullopt;
  return field.as<std::int64_t>();
}

bool PostgresRowReader::take_flag() {
  return row_[next_++].as<bool>();
}

std::string PostgresRowReader::take_text() {
  const auto field = row_[next_++];
  return {field.c_str(), field.size()};
}

Bytes PostgresRowReader::take_bytes() {
  const pqxx::binarystring bytes(row_[next_++]);
  return {bytes.begin(), bytes.end()};
}

}  // namespace firstkey::core
