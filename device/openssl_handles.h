#pragma once
// One unique_ptr for each type of OpenSSL that is used here.

#include <memory>

#include <openssl/evp.h>

namespace firstkey::device {

struct OpensslDelete {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

using EvpKey = std::unique_ptr<EVP_PKEY, OpensslDelete>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslDelete>;
using EvpCipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpensslDelete>;

}  // namespace firstkey::device
