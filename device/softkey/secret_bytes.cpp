#include "device/softkey/secret_bytes.h"

#include <utility>

#include <openssl/crypto.h>

namespace firstkey::device::softkey {

SecretBytes::SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = std::exchange(other.bytes_, {});
  return *this;
}

bool SecretBytes::equals(BytesView other) const noexcept {
  return bytes_.size() == other.size() &&
         CRYPTO_memcmp(bytes_.data(), other.data(), other.size()) == 0;
}

void SecretBytes::truncate(std::size_t size) {
  OPENSSL_cleanse(bytes_.data() + size, bytes_.size() - size);
  bytes_.resize(size);
}

void SecretBytes::wipe() noexcept {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
  bytes_.clear();
}

}  // namespace firstkey::device::softkey
