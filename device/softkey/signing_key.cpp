#include "device/softkey/signing_key.h"

#include <algorithm>

#include <openssl/core_names.h>
#include <openssl/rsa.h>

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kP256CoordinateSize = 32;
constexpr unsigned kRsaBits = 2048;

KeyHandle generate_handle(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEs256:
      return KeyHandle(EVP_EC_gen("P-256"));
    case Algorithm::kEdDsa:
      return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case Algorithm::kRs256:
      return KeyHandle(EVP_RSA_gen(kRsaBits));
  }
  return nullptr;
}

const char* type_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEs256:
      return "EC";
    case Algorithm::kEdDsa:
      return "ED25519";
    case Algorithm::kRs256:
      return "RSA";
  }
  return "";
}

Result<Bytes> number_of(EVP_PKEY* key, const char* name, std::size_t size_at_least) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return std::unexpected(Status::kOther);
  const BignumHandle number(raw);
  const auto size = static_cast<std::size_t>(BN_num_bytes(number.get()));
  Bytes bytes(std::max(size, size_at_least));
  if (BN_bn2binpad(number.get(), bytes.data(), static_cast<int>(bytes.size())) < 0) {
    return std::unexpected(Status::kOther);
  }
  return bytes;
}

Result<cbor::Map> es256_to_cose(EVP_PKEY* key) {
  auto point = p256_point(key);
  if (!point) return std::unexpected(point.error());
  // kty EC2, alg, crv P-256, x, y
  return cbor::Map{{1, 2}, {3, -7}, {-1, 1}, {-2, std::move(point->x)}, {-3, std::move(point->y)}};
}

Result<cbor::Map> ed25519_to_cose(EVP_PKEY* key) {
  Bytes x(32);
  std::size_t size = x.size();
  if (EVP_PKEY_get_raw_public_key(key, x.data(), &size) != 1) {
    return std::unexpected(Status::kOther);
  }
  return cbor::Map{{1, 1}, {3, -8}, {-1, 6}, {-2, std::move(x)}};  // kty OKP, alg, crv Ed25519, x
}

Result<cbor::Map> rs256_to_cose(EVP_PKEY* key) {
  auto modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N, kRsaBits / 8);
  auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E, 1);
  if (!modulus || !exponent) return std::unexpected(Status::kOther);
  // kty RSA, alg, n, e
  return cbor::Map{{1, 3}, {3, -257}, {-1, std::move(*modulus)}, {-2, std::move(*exponent)}};
}

}  // namespace

std::optional<Algorithm> algorithm_from(std::int64_t number) {
  const auto found = std::ranges::find(kAlgorithms, number, [](Algorithm algorithm) {
    return static_cast<std::int64_t>(algorithm);
  });
  return found == kAlgorithms.end() ? std::nullopt : std::optional(*found);
}

Result<P256Point> p256_point(EVP_PKEY* key) {
  auto x = number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, kP256CoordinateSize);
  auto y = number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, kP256CoordinateSize);
  if (!x || !y) return std::unexpected(Status::kOther);
  return P256Point{std::move(*x), std::move(*y)};
}

Result<SigningKey> SigningKey::generate(Algorithm algorithm) {
  auto handle = generate_handle(algorithm);
  if (handle == nullptr) return std::unexpected(Status::kOther);
  return SigningKey(algorithm, std::move(handle));
}

Result<SigningKey> SigningKey::from_pkcs8(Algorithm algorithm, BytesView pkcs8) {
  const std::uint8_t* cursor = pkcs8.data();
  KeyHandle handle(d2i_AutoPrivateKey(
      nullptr, &cursor, static_cast<long>(pkcs8.size())));  // NOLINT(*-runtime-int)
  if (handle == nullptr || EVP_PKEY_is_a(handle.get(), type_name(algorithm)) != 1) {
    return std::unexpected(Status::kOther);
  }
  return SigningKey(algorithm, std::move(handle));
}

Result<SecretBytes> SigningKey::to_pkcs8() const {
  std::uint8_t* raw = nullptr;
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslDeleter<PKCS8_PRIV_KEY_INFO_free>> pkcs8(
      EVP_PKEY2PKCS8(handle_.get()));
  const int size = pkcs8 == nullptr ? -1 : i2d_PKCS8_PRIV_KEY_INFO(pkcs8.get(), &raw);
  if (size <= 0) return std::unexpected(Status::kOther);
  SecretBytes out(Bytes(raw, raw + size));
  OPENSSL_clear_free(raw, static_cast<std::size_t>(size));
  return out;
}

Result<Bytes> SigningKey::sign(BytesView message) const {
  const DigestContextHandle context(EVP_MD_CTX_new());
  const EVP_MD* digest = algorithm_ == Algorithm::kEdDsa ? nullptr : EVP_sha256();
  std::size_t size = 0;
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, handle_.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1) {
    return std::unexpected(Status::kOther);
  }
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return std::unexpected(Status::kOther);
  }
  signature.resize(size);
  return signature;
}

Result<cbor::Map> SigningKey::to_cose() const {
  switch (algorithm_) {
    case Algorithm::kEs256:
      return es256_to_cose(handle_.get());
    case Algorithm::kEdDsa:
      return ed25519_to_cose(handle_.get());
    case Algorithm::kRs256:
      return rs256_to_cose(handle_.get());
  }
  return std::unexpected(Status::kOther);
}

}  // namespace firstkey::device::softkey
