#include "core/webauthn/signature.h"

#include <string_view>

#include <openssl/err.h>
#include <openssl/evp.h>

namespace firstkey::core::webauthn {

namespace {

struct Scheme {
  int key_type;
  const EVP_MD* digest;  ///< none for EdDSA, which hashes by itself
};

/// A digest looked up once: EVP_sha256() makes OpenSSL look it up at each use.
EvpMdPtr fetch_digest(const char* name) {
  return EvpMdPtr(EVP_MD_fetch(nullptr, name, nullptr));
}

Scheme scheme_of(Algorithm algorithm) {
  static const auto kSha256 = fetch_digest("SHA256");
  static const auto kSha384 = fetch_digest("SHA384");
  static const auto kSha512 = fetch_digest("SHA512");
  switch (algorithm) {
    case Algorithm::kEs256:
      return {.key_type = EVP_PKEY_EC, .digest = kSha256.get()};
    case Algorithm::kEs384:
      return {.key_type = EVP_PKEY_EC, .digest = kSha384.get()};
    case Algorithm::kEs512:
      return {.key_type = EVP_PKEY_EC, .digest = kSha512.get()};
    case Algorithm::kEddsa:
      return {.key_type = EVP_PKEY_ED25519, .digest = nullptr};
    case Algorithm::kEd448:
      return {.key_type = EVP_PKEY_ED448, .digest = nullptr};
    case Algorithm::kRs256:
      return {.key_type = EVP_PKEY_RSA, .digest = kSha256.get()};
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

bool is_on_p256(EVP_PKEY* key) {
  char group[16] = {};
  std::size_t size = 0;
  return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         std::string_view(group, size) == "prime256v1";
}

}  // namespace firstkey::core::webauthn
