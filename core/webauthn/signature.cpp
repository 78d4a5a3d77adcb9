#include "core/webauthn/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>

namespace firstkey::core::webauthn {

namespace {

struct Scheme {
  int key_type;
  const EVP_MD* digest;  ///< none for EdDSA, which hashes by itself
};

Scheme scheme_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEs256:
      return {.key_type = EVP_PKEY_EC, .digest = EVP_sha256()};
    case Algorithm::kEs384:
      return {.key_type = EVP_PKEY_EC, .digest = EVP_sha384()};
    case Algorithm::kEs512:
      return {.key_type = EVP_PKEY_EC, .digest = EVP_sha512()};
    case Algorithm::kEddsa:
      return {.key_type = EVP_PKEY_ED25519, .digest = nullptr};
    case Algorithm::kEd448:
      return {.key_type = EVP_PKEY_ED448, .digest = nullptr};
    case Algorithm::kRs256:
      return {.key_type = EVP_PKEY_RSA, .digest = EVP_sha256()};
  }
  return {.key_type = EVP_PKEY_NONE, .digest = nullptr};
}

}  // namespace

bool is_signed_by(EVP_PKEY* key, Algorithm algorithm, BytesView message, BytesView signature) {
  const auto scheme = scheme_of(algorithm);
  if (EVP_PKEY_get_base_id(key) != scheme.key_type) return false;
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  const bool is_valid =
      context && EVP_DigestVerifyInit(context.get(), nullptr, scheme.digest, nullptr, key) == 1 &&
      EVP_DigestVerify(
          context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  if (!is_valid) ERR_clear_error();
  return is_valid;
}

}  // namespace firstkey::core::webauthn
