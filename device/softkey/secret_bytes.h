#pragma once
// Bytes that are wiped when they end: PINs, their hashes, shared secrets, key material in flight.
// Moved, never copied; read through expose() alone. Equality takes the same time for any content.

#include <cstddef>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) noexcept : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(); }

  [[nodiscard]] BytesView expose() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool is_empty() const noexcept { return bytes_.empty(); }
  [[nodiscard]] bool equals(BytesView other) const noexcept;
  /// Keeps the first `size` bytes, which must be there.
  void truncate(std::size_t size);
  [[nodiscard]] SecretBytes clone() const { return SecretBytes(bytes_); }

 private:
  void wipe() noexcept;

  Bytes bytes_;
};

}  // namespace firstkey::device::softkey
