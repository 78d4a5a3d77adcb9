#include "device/pin_protocol.h"

#include <algorithm>
#include <new>
#include <optional>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "device/openssl_handles.h"
#include "device/sha256.h"

namespace firstkey::device {

namespace {

constexpr std::size_t kBlockSize = 16;
constexpr std::size_t kDigestSize = 32;
constexpr std::size_t kCoordinateSize = 32;
constexpr std::size_t kProtocolOneProofSize = 16;
constexpr std::size_t kPinHashSize = 16;
/// 04 || x || y. Source: SEC 1 §2.3.3.
constexpr std::uint8_t kUncompressed = 0x04;
using EncodedPoint = std::array<std::uint8_t, 1 + 2 * kCoordinateSize>;

enum class Direction : int { kDecrypt = 0, kEncrypt = 1 };  // as EVP_CipherInit_ex counts

std::unexpected<Error> openssl_failed(const char* doing) {
  return std::unexpected(Error{.code = ErrorCode::kInternal, .detail = doing});
}

/// Takes the digest's first bytes and wipes it.
SecretBytes to_secret(Sha256 digest, std::size_t size = kDigestSize) {
  SecretBytes secret(Bytes(digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(size)));
  OPENSSL_cleanse(digest.data(), digest.size());
  return secret;
}

Bytes hmac_sha256(BytesView key, BytesView message) {
  Bytes mac(kDigestSize);
  if (HMAC(EVP_sha256(),
           key.data(),
           static_cast<int>(key.size()),
           message.data(),
           message.size(),
           mac.data(),
           nullptr) == nullptr) {
    throw std::bad_alloc();
  }
  return mac;
}

/// RFC 5869 with 32 zero bytes for salt and one block of output, as CTAP 2.1 §6.5.7 has it.
SecretBytes hkdf_sha256(BytesView input, std::string_view purpose) {
  const std::array<std::uint8_t, kDigestSize> salt{};
  const SecretBytes extracted(hmac_sha256(salt, input));
  Bytes block(purpose.begin(), purpose.end());
  block.push_back(1);
  return SecretBytes(hmac_sha256(extracted.expose(), block));
}

/// AES-256-CBC without padding; nothing when OpenSSL refuses.
std::optional<Bytes> aes256_cbc(Direction direction,
                                const SecretBytes& key,
                                BytesView iv,
                                BytesView input) {
  const EvpCipherContext context(EVP_CIPHER_CTX_new());
  Bytes output(input.size() + kBlockSize);
  int size = 0;
  if (!context ||
      EVP_CipherInit_ex(context.get(),
                        EVP_aes_256_cbc(),
                        nullptr,
                        key.expose().data(),
                        iv.data(),
                        static_cast<int>(direction)) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_CipherUpdate(
          context.get(), output.data(), &size, input.data(), static_cast<int>(input.size())) != 1) {
    return std::nullopt;
  }
  output.resize(static_cast<std::size_t>(size));
  return output;
}

EncodedPoint encode(const P256Point& point) {
  EncodedPoint encoded{kUncompressed};
  std::ranges::copy(point.x, encoded.begin() + 1);
  std::ranges::copy(point.y, encoded.begin() + 1 + kCoordinateSize);
  return encoded;
}

std::optional<P256Point> point_of(const EVP_PKEY& key) {
  EncodedPoint encoded{};
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(&key, "pub", encoded.data(), encoded.size(), &size) != 1 ||
      size != encoded.size() || encoded[0] != kUncompressed) {
    return std::nullopt;
  }
  P256Point point;
  std::copy_n(encoded.begin() + 1, kCoordinateSize, point.x.begin());
  std::copy_n(encoded.begin() + 1 + kCoordinateSize, kCoordinateSize, point.y.begin());
  return point;
}

/// Null for what is not on the curve of `ours`.
EvpKey key_of(const P256Point& point, const EVP_PKEY& ours) {
  EvpKey key(EVP_PKEY_new());
  const auto encoded = encode(point);
  if (!key || EVP_PKEY_copy_parameters(key.get(), &ours) != 1 ||
      EVP_PKEY_set1_encoded_public_key(key.get(), encoded.data(), encoded.size()) != 1) {
    return nullptr;
  }
  return key;
}

/// The x coordinate of the agreed point.
std::optional<SecretBytes> ecdh(EVP_PKEY& ours, EVP_PKEY& theirs) {
  const EvpKeyContext context(EVP_PKEY_CTX_new(&ours, nullptr));
  Bytes shared(kCoordinateSize);
  std::size_t size = shared.size();
  const bool is_derived = context && EVP_PKEY_derive_init(context.get()) == 1 &&
                          EVP_PKEY_derive_set_peer(context.get(), &theirs) == 1 &&
                          EVP_PKEY_derive(context.get(), shared.data(), &size) == 1;
  SecretBytes secret(std::move(shared));
  if (!is_derived || size != kCoordinateSize) return std::nullopt;
  return secret;
}

}  // namespace

Result<PinProtocol> choose_pin_protocol(const AuthenticatorFacts& facts) {
  if (facts.pin_protocols.empty()) return PinProtocol::kOne;
  for (const auto listed : facts.pin_protocols) {
    for (const auto known : {PinProtocol::kOne, PinProtocol::kTwo}) {
      if (listed == static_cast<std::uint8_t>(known)) return known;
    }
  }
  return std::unexpected(
      Error{.code = ErrorCode::kUnsupportedOption, .detail = "no PIN protocol known here"});
}

Result<SharedSecret> SharedSecret::agree(PinProtocol protocol, const P256Point& theirs) {
  const EvpKey ours(EVP_EC_gen("P-256"));
  if (!ours) return openssl_failed("make a key pair");
  const auto our_point = point_of(*ours);
  if (!our_point) return openssl_failed("export a public key");
  const auto their_key = key_of(theirs, *ours);
  if (!their_key) {
    return std::unexpected(
        Error{.code = ErrorCode::kGarbage, .detail = "the key's point is not on its curve"});
  }
  const auto shared = ecdh(*ours, *their_key);
  if (!shared) return openssl_failed("agree on a secret");
  switch (protocol) {
    case PinProtocol::kOne:
      return SharedSecret(
          protocol,
          *our_point,
          {to_secret(sha256(shared->expose())), to_secret(sha256(shared->expose()))});
    case PinProtocol::kTwo:
      return SharedSecret(protocol,
                          *our_point,
                          {hkdf_sha256(shared->expose(), "CTAP2 AES key"),
                           hkdf_sha256(shared->expose(), "CTAP2 HMAC key")});
  }
  return openssl_failed("no such protocol");
}

Result<Bytes> SharedSecret::encrypt(const SecretBytes& plain) const {
  std::array<std::uint8_t, kBlockSize> iv{};
  Bytes sent;
  if (protocol_ == PinProtocol::kTwo) {
    if (RAND_bytes(iv.data(), static_cast<int>(iv.size())) != 1) return openssl_failed("random");
    sent.assign(iv.begin(), iv.end());
  }
  const auto cipher = aes256_cbc(Direction::kEncrypt, keys_.cipher, iv, plain.expose());
  if (!cipher) return openssl_failed("encrypt");
  sent.insert(sent.end(), cipher->begin(), cipher->end());
  return sent;
}

Result<SecretBytes> SharedSecret::decrypt(BytesView cipher) const {
  std::array<std::uint8_t, kBlockSize> iv{};
  if (cipher.size() % kBlockSize != 0 || cipher.size() < kBlockSize) {
    return std::unexpected(
        Error{.code = ErrorCode::kGarbage, .detail = "what the key encrypted is not whole blocks"});
  }
  if (protocol_ == PinProtocol::kTwo) {
    std::ranges::copy(cipher.first(kBlockSize), iv.begin());
    cipher = cipher.subspan(kBlockSize);
  }
  auto plain = aes256_cbc(Direction::kDecrypt, keys_.cipher, iv, cipher);
  if (!plain) return openssl_failed("decrypt");
  return SecretBytes(std::move(*plain));
}

Bytes SharedSecret::authenticate(BytesView message) const {
  return device::authenticate(protocol_, keys_.proof, message);
}

Bytes authenticate(PinProtocol protocol, const SecretBytes& key, BytesView message) {
  auto proof = hmac_sha256(key.expose(), message);
  if (protocol == PinProtocol::kOne) proof.resize(kProtocolOneProofSize);
  return proof;
}

SecretBytes pin_hash(std::string_view pin) {
  return to_secret(sha256(pin), kPinHashSize);
}

}  // namespace firstkey::device
