#include "core/webauthn/base64url.h"

#include <doctest/doctest.h>

using firstkey::core::Bytes;
using firstkey::core::from_base64url;
using firstkey::core::to_base64url;
using firstkey::core::webauthn::decode_base64;
using firstkey::core::webauthn::decode_base64url;

TEST_SUITE("core/webauthn/base64url") {
  TEST_CASE("every length round-trips") {
    for (std::size_t size = 0; size < 70; ++size) {
      Bytes bytes(size);
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + size);
      CHECK(decode_base64url(to_base64url(bytes)) == bytes);
    }
  }

  TEST_CASE("every byte value round-trips") {
    for (unsigned value = 0; value < 256; ++value) {
      const Bytes bytes{static_cast<std::uint8_t>(value), 0xFF, static_cast<std::uint8_t>(~value)};
      CHECK(decode_base64url(to_base64url(bytes)) == bytes);
    }
  }

  TEST_CASE("a text whose last symbol is alone is refused") {
    CHECK_FALSE(decode_base64url("A"));
    CHECK_FALSE(decode_base64url("AAAAA"));
  }

  TEST_CASE("unused bits of the last symbol must be zero") {
    CHECK(decode_base64url("AA"));
    CHECK_FALSE(decode_base64url("AB"));
    CHECK(decode_base64url("AAA"));
    CHECK_FALSE(decode_base64url("AAB"));
  }

  TEST_CASE("padding, whitespace, the other alphabet and foreign bytes are refused anywhere") {
    for (const char foreign : {'=', ' ', '\n', '+', '/', '\0', '.', '\x80', '\xFF'}) {
      for (std::size_t at = 0; at < 7; ++at) {
        std::string text = "AAAAAAA";
        text[at] = foreign;
        CAPTURE(at);
        CHECK_FALSE(decode_base64url(text));
      }
    }
    CHECK_FALSE(decode_base64url("AA=="));
  }

  TEST_CASE("it agrees with the constant-time decoder on every text of one to three symbols") {
    const std::string alphabet = "AQgw9-_=+/ ";
    for (const char a : alphabet) {
      for (const char b : alphabet) {
        for (const char c : alphabet) {
          for (const auto& text : {std::string{a}, std::string{a, b}, std::string{a, b, c}}) {
            CAPTURE(text);
            CHECK(decode_base64url(text) == from_base64url(text));
          }
        }
      }
    }
  }

  TEST_CASE("base64 of certificates has its padding, its alphabet and perhaps lines") {
    CHECK(decode_base64("+/8=") == Bytes{0xFB, 0xFF});
    CHECK(decode_base64("+w==") == Bytes{0xFB});
    CHECK(decode_base64(" +/\r\n\t8= ") == Bytes{0xFB, 0xFF});
    CHECK(decode_base64("") == Bytes{});
    for (const auto* text : {"+/8",
                             "+w",
                             "+w=",
                             "-_8=",
                             "+/9=",
                             "+x==",
                             "====",
                             "+===",
                             "+/8=AAAA",
                             "=AAA",
                             "AAAA=",
                             "AA*A"}) {
      CAPTURE(text);
      CHECK_FALSE(decode_base64(text));
    }
  }
}
