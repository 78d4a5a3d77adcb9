#include "core/webauthn/cose_key.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "tests/support/cbor_items.h"
#include "tests/support/webauthn_vectors.h"

using firstkey::core::Bytes;
using firstkey::core::from_hex;
using firstkey::core::to_bytes;
using firstkey::core::webauthn::Algorithm;
using firstkey::core::webauthn::AttestationObject;
using firstkey::core::webauthn::AuthenticatorData;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::CoseKey;
using firstkey::core::webauthn::EvpPkeyPtr;
using firstkey::tests::webauthn_vector;
namespace cbor = firstkey::tests::cbor;

namespace {

using Members = std::vector<std::pair<Bytes, Bytes>>;

std::optional<Code> refusal(const Bytes& encoded) {
  const auto key = CoseKey::parse(encoded);
  if (key) return std::nullopt;
  return key.error().code;
}

Bytes vector_key(const std::string& vector) {
  const auto& bytes = webauthn_vector(vector).registration.attestation_object;
  const auto object = AttestationObject::parse(bytes).value();
  const auto data = AuthenticatorData::parse(object.authenticator_data).value();
  return to_bytes(data.credential->public_key);
}

// The base point of P-256: SEC 2 §2.4.2.
const char* const kBaseX = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
const char* const kBaseY = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

Members es256_members() {
  return {{cbor::integer(1), cbor::integer(2)},
          {cbor::integer(3), cbor::integer(-7)},
          {cbor::integer(-1), cbor::integer(1)},
          {cbor::integer(-2), cbor::bytes(from_hex(kBaseX).value())},
          {cbor::integer(-3), cbor::bytes(from_hex(kBaseY).value())}};
}
Members ed25519_members(const Bytes& point) {
  return {{cbor::integer(1), cbor::integer(1)},
          {cbor::integer(3), cbor::integer(-8)},
          {cbor::integer(-1), cbor::integer(6)},
          {cbor::integer(-2), cbor::bytes(point)}};
}
Bytes rsa_key(const Bytes& modulus, const Bytes& exponent) {
  return cbor::map({{cbor::integer(1), cbor::integer(3)},
                    {cbor::integer(3), cbor::integer(-257)},
                    {cbor::integer(-1), cbor::bytes(modulus)},
                    {cbor::integer(-2), cbor::bytes(exponent)}});
}
Bytes odd_modulus(std::size_t size) {
  Bytes modulus(size, 0xC3);
  modulus.back() = 0x01;
  return modulus;
}
const Bytes kExponent{0x01, 0x00, 0x01};

/// es256_members() with the value under the `index`th label replaced.
Bytes with(std::size_t index, const Bytes& value) {
  auto members = es256_members();
  members[index].second = value;
  return cbor::map(members);
}

}  // namespace

TEST_SUITE("core/webauthn/cose_key") {
  TEST_CASE("every algorithm's key loads, and its SubjectPublicKeyInfo is what OpenSSL reads") {
    struct Row {
      const char* vector;
      Algorithm algorithm;
      std::size_t point_size;
    };
    for (const auto& row : {Row{"packed-es256", Algorithm::kEs256, 65},
                            Row{"packed-es384", Algorithm::kEs384, 97},
                            Row{"packed-es512", Algorithm::kEs512, 133},
                            Row{"packed-eddsa", Algorithm::kEddsa, 32},
                            Row{"packed-ed448", Algorithm::kEd448, 57},
                            Row{"packed-rs256", Algorithm::kRs256, 0}}) {
      CAPTURE(row.vector);
      const auto key = CoseKey::parse(vector_key(row.vector));
      REQUIRE(key);
      CHECK(key->algorithm() == row.algorithm);
      CHECK(key->encoded_point().size() == row.point_size);
      const auto spki = key->subject_public_key_info();
      const auto* at = spki.data();
      const EvpPkeyPtr read(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
      REQUIRE(read != nullptr);
      CHECK(EVP_PKEY_eq(read.get(), key->load().get()) == 1);
    }
  }

  TEST_CASE("a point off its curve is refused, and so is one at infinity") {
    auto y = from_hex(kBaseY).value();
    CHECK_FALSE(refusal(with(4, cbor::bytes(y))));
    y.back() ^= 1U;
    CHECK(refusal(with(4, cbor::bytes(y))) == Code::kPublicKeyInvalid);
    CHECK(refusal(with(4, cbor::bytes(Bytes(32)))) == Code::kPublicKeyInvalid);
    CHECK(refusal(with(3, cbor::bytes(Bytes(32, 0xFF)))) == Code::kPublicKeyInvalid);
  }

  TEST_CASE("an Ed25519 point of small order is refused") {
    const auto neutral = from_hex("01" + std::string(62, '0')).value();
    CHECK(refusal(cbor::map(ed25519_members(neutral))) == Code::kPublicKeyInvalid);
    CHECK(refusal(cbor::map(ed25519_members(Bytes(32)))) == Code::kPublicKeyInvalid);
  }

  TEST_CASE("a coordinate is exactly as long as its curve asks") {
    for (const std::size_t size : {31U, 33U, 0U}) {
      CHECK(refusal(with(3, cbor::bytes(Bytes(size, 1)))) == Code::kCoseKeyMalformed);
      CHECK(refusal(with(4, cbor::bytes(Bytes(size, 1)))) == Code::kCoseKeyMalformed);
    }
    CHECK(refusal(cbor::map(ed25519_members(Bytes(31, 1)))) == Code::kCoseKeyMalformed);
    CHECK(refusal(cbor::map(ed25519_members(Bytes(33, 1)))) == Code::kCoseKeyMalformed);
  }

  TEST_CASE("a compressed point is refused: y is a coordinate, not a sign") {
    CHECK(refusal(with(4, cbor::boolean(true))) == Code::kCborUnexpectedType);
  }

  TEST_CASE("an algorithm on another's curve is refused") {
    CHECK(refusal(with(2, cbor::integer(2))) == Code::kCoseKeyMalformed);
    CHECK(refusal(with(1, cbor::integer(-35))) == Code::kCoseKeyMalformed);
    CHECK(refusal(with(1, cbor::integer(-53))) == Code::kCoseKeyMalformed);
  }

  TEST_CASE("a key type that is not the algorithm's is refused") {
    CHECK(refusal(with(0, cbor::integer(1))) == Code::kCoseKeyMalformed);
    CHECK(refusal(with(0, cbor::integer(3))) == Code::kCoseKeyMalformed);
    CHECK(refusal(with(1, cbor::integer(-257))) == Code::kCoseKeyMalformed);
  }

  TEST_CASE("an algorithm nobody here knows is refused as that") {
    for (const int cose : {-37, -65535, 0, 7, -9}) {
      CHECK(refusal(with(1, cbor::integer(cose))) == Code::kAlgorithmUnsupported);
    }
  }

  TEST_CASE("every member must be there") {
    for (std::size_t i = 0; i < 5; ++i) {
      auto members = es256_members();
      members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
      CAPTURE(i);
      CHECK(refusal(cbor::map(members)) == Code::kCoseKeyMalformed);
    }
  }

  TEST_CASE("a member too many is refused wherever it sorts") {
    auto kid = es256_members();
    kid.insert(kid.begin() + 1, {cbor::integer(2), cbor::bytes(Bytes{1})});
    CHECK(refusal(cbor::map(kid)) == Code::kCoseKeyMalformed);
    auto private_part = es256_members();
    private_part.emplace_back(cbor::integer(-4), cbor::bytes(Bytes(32, 1)));
    CHECK(refusal(cbor::map(private_part)) == Code::kCoseKeyMalformed);
  }

  TEST_CASE("bytes after the key are refused") {
    auto encoded = cbor::map(es256_members());
    encoded.push_back(0);
    CHECK(refusal(encoded) == Code::kCborTrailingBytes);
  }

  TEST_CASE("an RSA modulus has 2048 to 4096 bits and is odd") {
    CHECK(refusal(rsa_key(odd_modulus(255), kExponent)) == Code::kPublicKeyInvalid);
    CHECK_FALSE(refusal(rsa_key(odd_modulus(256), kExponent)));
    CHECK_FALSE(refusal(rsa_key(odd_modulus(512), kExponent)));
    CHECK(refusal(rsa_key(odd_modulus(513), kExponent)) == Code::kPublicKeyInvalid);
    CHECK(refusal(rsa_key({}, kExponent)) == Code::kPublicKeyInvalid);
    CHECK(refusal(rsa_key(Bytes(256, 0xC2), kExponent)) == Code::kPublicKeyInvalid);
  }

  TEST_CASE("2047 bits in 256 bytes are too few") {
    auto modulus = odd_modulus(256);
    modulus.front() = 0x7F;
    CHECK(refusal(rsa_key(modulus, kExponent)) == Code::kPublicKeyInvalid);
  }

  TEST_CASE("an RSA number is written without leading zeros") {
    auto padded = odd_modulus(257);
    padded.front() = 0;
    CHECK(refusal(rsa_key(padded, kExponent)) == Code::kPublicKeyInvalid);
    CHECK(refusal(rsa_key(odd_modulus(256), {0x00, 0x01, 0x00, 0x01})) == Code::kPublicKeyInvalid);
  }

  TEST_CASE("an RSA exponent is odd, 65537 or above and at most four bytes") {
    const auto modulus = odd_modulus(256);
    CHECK(refusal(rsa_key(modulus, {0x03})) == Code::kPublicKeyInvalid);
    CHECK(refusal(rsa_key(modulus, {0xFF, 0xFF})) == Code::kPublicKeyInvalid);
    CHECK(refusal(rsa_key(modulus, {0x01, 0x00, 0x02})) == Code::kPublicKeyInvalid);
    CHECK_FALSE(refusal(rsa_key(modulus, {0x01, 0x00, 0x03})));
    CHECK(refusal(rsa_key(modulus, {0x01, 0x00, 0x00, 0x00, 0x01})) == Code::kPublicKeyInvalid);
    CHECK(refusal(rsa_key(modulus, {})) == Code::kPublicKeyInvalid);
  }

  TEST_CASE("what is no map is refused by the reader") {
    CHECK(refusal({}) == Code::kCborTruncated);
    CHECK(refusal(cbor::array({})) == Code::kCborUnexpectedType);
  }
}
