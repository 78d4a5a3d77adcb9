#include "core/bytes.h"

#include <doctest/doctest.h>

using firstkey::core::as_bytes;
using firstkey::core::Bytes;
using firstkey::core::equal_constant_time;
using firstkey::core::from_base64url;
using firstkey::core::from_hex;
using firstkey::core::hmac_sha256;
using firstkey::core::sha256;
using firstkey::core::to_base64;
using firstkey::core::to_base64url;
using firstkey::core::to_bytes;
using firstkey::core::to_hex;

TEST_SUITE("core/bytes") {
  TEST_CASE("hex is read in either case and refused when odd or not hexadecimal") {
    CHECK(from_hex("00fF") == Bytes{0x00, 0xFF});
    CHECK(to_hex(Bytes{0x00, 0xFF}) == "00ff");
    CHECK(from_hex("") == Bytes{});
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
    CHECK_FALSE(from_hex("00 11"));
  }

  TEST_CASE("base64url round-trips every length of tail") {
    for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
      CAPTURE(text);
      CHECK(from_base64url(to_base64url(as_bytes(text))) == to_bytes(as_bytes(text)));
    }
    CHECK(to_base64url(Bytes{0xFB, 0xFF}) == "-_8");
  }

  TEST_CASE("base64 is padded, in the other alphabet") {
    CHECK(to_base64(Bytes{}).empty());
    CHECK(to_base64(Bytes{0xFB}) == "+w==");
    CHECK(to_base64(Bytes{0xFB, 0xFF}) == "+/8=");
    CHECK(to_base64(Bytes{0xFB, 0xFF, 0xBF}) == "+/+/");
  }

  TEST_CASE("base64url refuses what WebAuthn does not allow") {
    struct Case {
      const char* name;
      const char* text;
    };
    for (const auto& [name, text] : {
             Case{"padding", "Zg=="},
             Case{"the standard alphabet", "+/8"},
             Case{"white space", "Zm 9v"},
             Case{"a length of 4n+1", "Zm9vY"},
             Case{"unused bits set", "Zh"},
         }) {
      CAPTURE(name);
      CHECK_FALSE(from_base64url(text));
    }
  }

  TEST_CASE("digests agree with their published test vectors") {
    // FIPS 180-4 example "abc"; RFC 4231 test case 2.
    CHECK(to_hex(sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }

  TEST_CASE("constant-time equality is equality") {
    CHECK(equal_constant_time(Bytes{1, 2}, Bytes{1, 2}));
    CHECK_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1, 3}));
    CHECK_FALSE(equal_constant_time(Bytes{1, 2}, Bytes{1}));
    CHECK(equal_constant_time(Bytes{}, Bytes{}));
  }
}
