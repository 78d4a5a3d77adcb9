#include "device/sha256.h"

#include <new>

#include <openssl/evp.h>

namespace firstkey::device {

Sha256 sha256(BytesView bytes) {
  Sha256 digest{};
  // Fails when memory ran out, and for no other reason.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc();
  }
  return digest;
}

Sha256 sha256(std::string_view text) {
  return sha256(BytesView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace firstkey::device
