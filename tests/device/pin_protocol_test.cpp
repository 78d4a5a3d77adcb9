#include "device/pin_protocol.h"

#include <string_view>

#include <doctest/doctest.h>

using firstkey::device::authenticate;
using firstkey::device::AuthenticatorFacts;
using firstkey::device::Bytes;
using firstkey::device::BytesView;
using firstkey::device::choose_pin_protocol;
using firstkey::device::ErrorCode;
using firstkey::device::P256Point;
using firstkey::device::pin_hash;
using firstkey::device::PinProtocol;
using firstkey::device::SecretBytes;
using firstkey::device::SharedSecret;

namespace {

AuthenticatorFacts listing(std::vector<std::uint8_t> protocols) {
  AuthenticatorFacts facts;
  facts.pin_protocols = std::move(protocols);
  return facts;
}

/// The generator of P-256. Source: SEC 2 §2.4.2.
constexpr P256Point kGenerator{
    .x = {0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6,
          0xE5, 0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB,
          0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96},
    .y = {0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB,
          0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33, 0x57, 0x6B, 0x31,
          0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5}};

Bytes copy(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_SUITE("device/pin_protocol") {
  TEST_CASE("the key's preference decides among the protocols known here") {
    CHECK(choose_pin_protocol(listing({2, 1})) == PinProtocol::kTwo);
    CHECK(choose_pin_protocol(listing({1, 2})) == PinProtocol::kOne);
    CHECK(choose_pin_protocol(listing({9, 2})) == PinProtocol::kTwo);
    CHECK(choose_pin_protocol(listing({})) == PinProtocol::kOne);
    CHECK(choose_pin_protocol(listing({9})).error().code == ErrorCode::kUnsupportedOption);
  }

  TEST_CASE("a proof is HMAC-SHA-256, of which protocol one takes the left half") {
    // Source: RFC 4231 §4.3, test case 2.
    const SecretBytes key(Bytes{'J', 'e', 'f', 'e'});
    constexpr std::string_view kText = "what do ya want for nothing?";
    const Bytes message(kText.begin(), kText.end());
    const Bytes expected{0x5B, 0xDC, 0xC1, 0x46, 0xBF, 0x60, 0x75, 0x4E, 0x6A, 0x04, 0x24,
                         0x26, 0x08, 0x95, 0x75, 0xC7, 0x5A, 0x00, 0x3F, 0x08, 0x9D, 0x27,
                         0x39, 0x83, 0x9D, 0xEC, 0x58, 0xB9, 0x64, 0xEC, 0x38, 0x43};
    CHECK(authenticate(PinProtocol::kTwo, key, message) == expected);
    CHECK(authenticate(PinProtocol::kOne, key, message) ==
          Bytes(expected.begin(), expected.begin() + 16));
  }

  TEST_CASE("a PIN is stood for by the left half of its SHA-256") {
    // Source: FIPS 180-4's example "abc".
    CHECK(copy(pin_hash("abc").expose()) == Bytes{0xBA,
                                                  0x78,
                                                  0x16,
                                                  0xBF,
                                                  0x8F,
                                                  0x01,
                                                  0xCF,
                                                  0xEA,
                                                  0x41,
                                                  0x41,
                                                  0x40,
                                                  0xDE,
                                                  0x5D,
                                                  0xAE,
                                                  0x22,
                                                  0x23});
  }

  TEST_CASE("what is encrypted comes back, under an initialisation vector where there is one") {
    for (const auto protocol : {PinProtocol::kOne, PinProtocol::kTwo}) {
      CAPTURE(static_cast<int>(protocol));
      const auto secret = SharedSecret::agree(protocol, kGenerator);
      REQUIRE(secret.has_value());
      const SecretBytes plain(Bytes(32, 0x5A));
      const auto once = secret->encrypt(plain);
      const auto twice = secret->encrypt(plain);
      REQUIRE(once.has_value());
      CHECK(once->size() == (protocol == PinProtocol::kTwo ? 48 : 32));
      CHECK((*once == *twice) == (protocol == PinProtocol::kOne));
      CHECK(copy(secret->decrypt(*once)->expose()) == Bytes(32, 0x5A));
    }
  }

  TEST_CASE("what a key cannot have encrypted is garbage") {
    const auto secret = SharedSecret::agree(PinProtocol::kTwo, kGenerator);
    REQUIRE(secret.has_value());
    for (const std::size_t size : {0U, 15U, 17U, 31U}) {
      CAPTURE(size);
      CHECK(secret->decrypt(Bytes(size)).error().code == ErrorCode::kGarbage);
    }
  }

  TEST_CASE("a point off the curve is refused, every secret is new") {
    auto off = kGenerator;
    off.y[31] ^= 1U;
    CHECK(SharedSecret::agree(PinProtocol::kOne, off).error().code == ErrorCode::kGarbage);
    const auto one = SharedSecret::agree(PinProtocol::kOne, kGenerator);
    const auto other = SharedSecret::agree(PinProtocol::kOne, kGenerator);
    CHECK(one->our_point().x != other->our_point().x);
  }
}
