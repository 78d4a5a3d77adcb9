#include "device/secret_bytes.h"

#include <sodium.h>

namespace firstkey::device {

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = std::exchange(other.bytes_, {});
  return *this;
}

void SecretBytes::wipe() noexcept {
  sodium_memzero(bytes_.data(), bytes_.size());
  bytes_.clear();
}

}  // namespace firstkey::device
