#include "core/bytes.h"

#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

namespace firstkey::core {

namespace {

struct DigestDeleter {
  void operator()(EVP_MD* digest) const noexcept { EVP_MD_free(digest); }
};

/// Looked up once: EVP_sha256() makes OpenSSL look it up at each use.
const EVP_MD* sha256_digest() {
  static const std::unique_ptr<EVP_MD, DigestDeleter> kDigest(
      EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return kDigest.get();
}

/// `variant` as sodium numbers them.
std::string encode(BytesView bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // the terminating NUL that sodium counts
  return text;
}

}  // namespace

BytesView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string to_string(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

Bytes to_bytes(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string to_hex(BytesView bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0x0FU]);
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  if (text.empty()) return Bytes{};  // sodium takes no null output
  Bytes bytes(text.size() / 2);
  std::size_t written = 0;
  if (sodium_hex2bin(
          bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &written, nullptr) != 0 ||
      written != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

std::string to_base64url(BytesView bytes) {
  return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string to_base64(BytesView bytes) {
  return encode(bytes, sodium_base64_VARIANT_ORIGINAL);
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t written = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(),
                        bytes.size(),
                        text.data(),
                        text.size(),
                        nullptr,
                        &written,
                        &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(written);
  return bytes;
}

Sha256 sha256(BytesView bytes) {
  Sha256 digest{};
  const auto* kind = sha256_digest();
  if (kind == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kind, nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available in this OpenSSL");
  }
  return digest;
}

Sha256 hmac_sha256(BytesView key, BytesView message) {
  Sha256 digest{};
  if (HMAC(EVP_sha256(),
           key.data(),
           static_cast<int>(key.size()),
           message.data(),
           message.size(),
           digest.data(),
           nullptr) == nullptr) {
    throw std::runtime_error("HMAC-SHA-256 is not available in this OpenSSL");
  }
  return digest;
}

bool equal_constant_time(BytesView left, BytesView right) noexcept {
  if (left.size() != right.size()) return false;
  return left.empty() || sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace firstkey::core
