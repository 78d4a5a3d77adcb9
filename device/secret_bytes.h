#pragma once
// Bytes that are wiped when they end: a PIN's hash, shared secrets, the pinUvAuthToken. Moved,
// never copied; read through expose() alone, next to the cipher or the MAC.

#include <utility>

#include "device/types.h"

namespace firstkey::device {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) noexcept : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(); }

  [[nodiscard]] BytesView expose() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

 private:
  void wipe() noexcept;

  Bytes bytes_;
};

}  // namespace firstkey::device
