#include "device/softkey/crypto.h"

#include <cstdlib>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "device/softkey/openssl_handles.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kAesBlockSize = 16;

}  // namespace

Sha256 sha256(BytesView bytes) {
  Sha256 digest{};
  // A digest fails only when memory ran out; an all-zero one must not be mistaken for an answer.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
  return digest;
}

SecretBytes hmac_sha256(BytesView key, BytesView message) {
  Bytes mac(32);
  if (HMAC(EVP_sha256(),
           key.data(),
           static_cast<int>(key.size()),
           message.data(),
           message.size(),
           mac.data(),
           nullptr) == nullptr) {
    std::abort();
  }
  return SecretBytes(std::move(mac));
}

SecretBytes hkdf_sha256(BytesView input, std::string_view purpose) {
  const std::array<std::uint8_t, 32> salt{};
  const SecretBytes pseudorandom_key = hmac_sha256(salt, input);
  Bytes block(purpose.begin(), purpose.end());
  block.push_back(1);  // RFC 5869 §2.3: the number of the first and only block
  return hmac_sha256(pseudorandom_key.expose(), block);
}

Result<SecretBytes> aes256_cbc(CipherDirection direction,
                               BytesView key,
                               BytesView iv,
                               BytesView input) {
  if (input.size() % kAesBlockSize != 0) return std::unexpected(Status::kInvalidParameter);
  const CipherContextHandle context(EVP_CIPHER_CTX_new());
  Bytes output(input.size() + kAesBlockSize);
  int size = 0;
  const bool is_done =
      context != nullptr &&
      EVP_CipherInit_ex(context.get(),
                        EVP_aes_256_cbc(),
                        nullptr,
                        key.data(),
                        iv.data(),
                        direction == CipherDirection::kEncrypt ? 1 : 0) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_CipherUpdate(
          context.get(), output.data(), &size, input.data(), static_cast<int>(input.size())) == 1;
  SecretBytes result(std::move(output));
  if (!is_done) return std::unexpected(Status::kOther);
  result.truncate(static_cast<std::size_t>(size));
  return result;
}

}  // namespace firstkey::device::softkey
