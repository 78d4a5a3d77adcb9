#include "device/softkey/pin_protocol.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "device/softkey/crypto.h"
#include "device/softkey/signing_key.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kIvSize = 16;
constexpr std::size_t kCoordinateSize = 32;
constexpr std::size_t kProtocolOneSignatureSize = 16;
constexpr int kKeyTypeEc2 = 2;       // RFC 9053 §7.1
constexpr int kCurveP256 = 1;        // RFC 9053 §7.1
constexpr int kEcdhEsHkdf256 = -25;  // named by CTAP 2.1 §6.5.6 although not what is computed

/// The uncompressed point of a COSE_Key (RFC 9053 §7.1.1): 04 || x || y.
Result<Bytes> point_of(const cbor::Map& cose_key) {
  const auto is_number = [&](int label, std::int64_t expected) {
    const auto* value = cose_key.find(label);
    const auto* number = value == nullptr ? nullptr : value->as<std::int64_t>();
    return number != nullptr && *number == expected;
  };
  const auto coordinate = [&](int label) -> const Bytes* {
    const auto* value = cose_key.find(label);
    const auto* bytes = value == nullptr ? nullptr : value->as<Bytes>();
    return bytes != nullptr && bytes->size() == kCoordinateSize ? bytes : nullptr;
  };
  const Bytes* x = coordinate(-2);
  const Bytes* y = coordinate(-3);
  if (!is_number(1, kKeyTypeEc2) || !is_number(3, kEcdhEsHkdf256) || !is_number(-1, kCurveP256) ||
      x == nullptr || y == nullptr) {
    return std::unexpected(Status::kInvalidParameter);
  }
  Bytes point{0x04};
  append(point, *x);
  append(point, *y);
  return point;
}

/// OpenSSL refuses a point that is not on the curve.
KeyHandle p256_from_point(Bytes& point) {
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  std::string group = "P-256";
  const std::array params{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(),
                        &key,
                        EVP_PKEY_PUBLIC_KEY,
                        const_cast<OSSL_PARAM*>(params.data())) != 1) {  // NOLINT: C signature
    return nullptr;
  }
  return KeyHandle(key);
}

}  // namespace

SecretBytes authenticate(ProtocolVersion version, BytesView key, BytesView message) {
  SecretBytes mac = hmac_sha256(key, message);
  if (version == ProtocolVersion::kOne) mac.truncate(kProtocolOneSignatureSize);
  return mac;
}

SharedSecret::SharedSecret(ProtocolVersion version, BytesView z) : version_(version) {
  switch (version) {
    case ProtocolVersion::kOne: {
      const Sha256 digest = sha256(z);
      mac_key_ = SecretBytes(Bytes(digest.begin(), digest.end()));
      cipher_key_ = mac_key_.clone();
      break;
    }
    case ProtocolVersion::kTwo:
      mac_key_ = hkdf_sha256(z, "CTAP2 HMAC key");
      cipher_key_ = hkdf_sha256(z, "CTAP2 AES key");
      break;
  }
}

Result<Bytes> SharedSecret::encrypt(BytesView plaintext, Random& random) const {
  const bool has_iv = version_ == ProtocolVersion::kTwo;
  Bytes iv = has_iv ? random.bytes(kIvSize) : Bytes(kIvSize);
  const auto ciphertext =
      aes256_cbc(CipherDirection::kEncrypt, cipher_key_.expose(), iv, plaintext);
  if (!ciphertext) return std::unexpected(ciphertext.error());
  Bytes out = has_iv ? std::move(iv) : Bytes();
  append(out, ciphertext->expose());
  return out;
}

Result<SecretBytes> SharedSecret::decrypt(BytesView ciphertext) const {
  const std::array<std::uint8_t, kIvSize> zero_iv{};
  if (version_ == ProtocolVersion::kOne) {
    return aes256_cbc(CipherDirection::kDecrypt, cipher_key_.expose(), zero_iv, ciphertext);
  }
  if (ciphertext.size() < kIvSize) return std::unexpected(Status::kInvalidParameter);
  return aes256_cbc(CipherDirection::kDecrypt,
                    cipher_key_.expose(),
                    ciphertext.first(kIvSize),
                    ciphertext.subspan(kIvSize));
}

SecretBytes SharedSecret::authenticate(BytesView message) const {
  return softkey::authenticate(version_, mac_key_.expose(), message);
}

void PinProtocol::regenerate() {
  key_pair_ = KeyHandle(EVP_EC_gen("P-256"));
}

Result<cbor::Map> PinProtocol::public_key() const {
  if (key_pair_ == nullptr) return std::unexpected(Status::kOther);
  auto point = p256_point(key_pair_.get());
  if (!point) return std::unexpected(point.error());
  return cbor::Map{{1, kKeyTypeEc2},
                   {3, kEcdhEsHkdf256},
                   {-1, kCurveP256},
                   {-2, std::move(point->x)},
                   {-3, std::move(point->y)}};
}

Result<SharedSecret> PinProtocol::decapsulate(const cbor::Map& peer) const {
  auto point = point_of(peer);
  if (!point) return std::unexpected(point.error());
  const KeyHandle peer_key = p256_from_point(*point);
  if (peer_key == nullptr) return std::unexpected(Status::kInvalidParameter);
  const KeyContextHandle context(EVP_PKEY_CTX_new(key_pair_.get(), nullptr));
  Bytes z(kCoordinateSize);
  std::size_t size = z.size();
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), peer_key.get()) != 1 ||
      EVP_PKEY_derive(context.get(), z.data(), &size) != 1) {
    return std::unexpected(Status::kOther);
  }
  const SecretBytes secret(std::move(z));
  return SharedSecret(version_, secret.expose());
}

}  // namespace firstkey::device::softkey
