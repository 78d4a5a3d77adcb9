#include "core/store/sqlite_rows.h"

namespace firstkey::core {

void SqliteRowWriter::put_bytes(BytesView bytes) {
  // SQLite takes a null pointer for NULL, which an empty byte string is not.
  static constexpr std::uint8_t kNothing = 0;
  statement_.bind(
      next_++, bytes.empty() ? &kNothing : bytes.data(), static_cast<int>(bytes.size()));
}

std::int64_t SqliteRowReader::take_number() {
  return statement_.getColumn(next_++).getInt64();
}

std::optional<std::int64_t> SqliteRowReader::take_number_if_any() {
  const auto column = statement_.getColumn(next_++);
  if (column.isNull()) return std::nullopt;
  return column.getInt64();
}

std::string SqliteRowReader::take_text() {
  return statement_.getColumn(next_++).getString();
}

Bytes SqliteRowReader::take_bytes() {
  const auto column = statement_.getColumn(next_++);
  const auto* data = static_cast<const std::uint8_t*>(column.getBlob());
  return data == nullptr ? Bytes{} : Bytes(data, data + column.getBytes());
}

}  // namespace firstkey::core
