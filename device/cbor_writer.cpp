#include "device/cbor_writer.h"

#include <array>

#include <cbor.h>

namespace firstkey::device {

CborWriter& CborWriter::head(Encode encode, std::size_t argument) {
  std::array<unsigned char, 9> buffer{};
  return encoded(BytesView(buffer).first(encode(argument, buffer.data(), buffer.size())));
}

CborWriter& CborWriter::command(std::uint8_t code) {
  out_.push_back(code);
  return *this;
}

CborWriter& CborWriter::map(std::size_t pairs) {
  return head(cbor_encode_map_start, pairs);
}

CborWriter& CborWriter::array(std::size_t items) {
  return head(cbor_encode_array_start, items);
}

CborWriter& CborWriter::integer(std::int64_t value) {
  if (value >= 0) return head(cbor_encode_uint, static_cast<std::uint64_t>(value));
  return head(cbor_encode_negint, static_cast<std::uint64_t>(-(value + 1)));
}

CborWriter& CborWriter::text(std::string_view value) {
  head(cbor_encode_string_start, value.size());
  out_.insert(out_.end(), value.begin(), value.end());
  return *this;
}

CborWriter& CborWriter::bytes(BytesView value) {
  return head(cbor_encode_bytestring_start, value.size()).encoded(value);
}

CborWriter& CborWriter::yes() {
  return head(
      [](std::size_t value, unsigned char* buffer, std::size_t size) {
        return cbor_encode_bool(value != 0, buffer, size);
      },
      1);
}

CborWriter& CborWriter::encoded(BytesView items) {
  out_.insert(out_.end(), items.begin(), items.end());
  return *this;
}

}  // namespace firstkey::device
