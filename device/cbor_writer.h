#pragma once
// CBOR as CTAP has it, written piece by piece: definite lengths, minimal heads. The caller writes
// as many items as a head promised, and the keys of a map in canonical order. Source: CTAP 2.1 §8.

#include <cstdint>
#include <string_view>
#include <utility>

#include "device/types.h"

namespace firstkey::device {

class CborWriter {
 public:
  /// The byte before the CBOR of a CTAP request.
  CborWriter& command(std::uint8_t code);
  CborWriter& map(std::size_t pairs);
  CborWriter& array(std::size_t items);
  CborWriter& integer(std::int64_t value);
  CborWriter& text(std::string_view value);
  CborWriter& bytes(BytesView value);
  CborWriter& yes();  ///< the boolean true, the only one CTAP's requests have to spell out
  /// One item or more that are CBOR already.
  CborWriter& encoded(BytesView items);

  [[nodiscard]] Bytes take() && { return std::move(out_); }

 private:
  /// A head: the initial byte and at most eight bytes of argument. Source: RFC 8949 §3.
  using Encode = std::size_t (*)(std::size_t, unsigned char*, std::size_t);
  CborWriter& head(Encode encode, std::size_t argument);

  Bytes out_;
};

}  // namespace firstkey::device
