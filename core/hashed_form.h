#pragma once
// The bytes that hashes and signatures of the audit trail cover: every number as 8 bytes
// big-endian, every text after its length, digests bare, so that no two records share one form.

#include <cstdint>
#include <string_view>

#include "core/bytes.h"

namespace firstkey::core {

class HashedForm {
 public:
  void add(std::uint64_t number) {
    for (unsigned shift = 64; shift != 0; shift -= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(number >> (shift - 8U)));
    }
  }
  void add(std::int64_t number) { add(static_cast<std::uint64_t>(number)); }
  void add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  /// Digests and keys, whose length is always the same.
  void add_bare(BytesView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
  [[nodiscard]] Sha256 digest() const { return sha256(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace firstkey::core
