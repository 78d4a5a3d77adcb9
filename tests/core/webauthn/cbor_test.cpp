#include "core/webauthn/cbor.h"

#include <limits>

#include <doctest/doctest.h>

#include "tests/support/cbor_items.h"

using firstkey::core::Bytes;
using firstkey::core::from_hex;
using firstkey::core::webauthn::CborReader;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::kMaxCborSize;
namespace cbor = firstkey::tests::cbor;

namespace {

/// What reading `hex` as one whole item fails with; nothing when it reads.
std::optional<Code> refusal(const Bytes& bytes) {
  CborReader reader(bytes);
  const auto item = reader.read_any();
  if (!item) return item.error().code;
  const auto end = reader.expect_end();
  if (!end) return end.error().code;
  return std::nullopt;
}
std::optional<Code> refusal(const char* hex) {
  return refusal(from_hex(hex).value());
}

/// `levels` arrays, one inside the other, around a zero.
Bytes nested(int levels) {
  auto item = cbor::integer(0);
  for (int i = 0; i < levels; ++i) item = cbor::array({item});
  return item;
}

}  // namespace

TEST_SUITE("core/webauthn/cbor") {
  TEST_CASE("integers read in their shortest form only") {
    struct Row {
      const char* hex;
      std::int64_t value;
      const char* longer;
    };
    // RFC 8949 appendix A, and each value one argument longer than it need be.
    for (const auto& row : {Row{"00", 0, "1800"},
                            Row{"17", 23, "1817"},
                            Row{"1818", 24, "190018"},
                            Row{"18ff", 255, "1900ff"},
                            Row{"190100", 256, "1a00000100"},
                            Row{"19ffff", 65535, "1a0000ffff"},
                            Row{"1a00010000", 65536, "1b0000000000010000"},
                            Row{"1affffffff", 4294967295, "1b00000000ffffffff"},
                            Row{"20", -1, "3800"},
                            Row{"3818", -25, "390018"}}) {
      CAPTURE(row.hex);
      const auto bytes = from_hex(row.hex).value();
      CHECK(CborReader(bytes).read_integer().value() == row.value);
      CHECK(refusal(row.longer) == Code::kCborNotCanonical);
    }
  }

  TEST_CASE("lengths and counts are shortest too") {
    CHECK(refusal("5800") == Code::kCborNotCanonical);
    CHECK(refusal("7800") == Code::kCborNotCanonical);
    CHECK(refusal("9800") == Code::kCborNotCanonical);
    CHECK(refusal("b800") == Code::kCborNotCanonical);
  }

  TEST_CASE("an integer beyond 64 signed bits is refused, the largest is not") {
    const auto largest = from_hex("1b7fffffffffffffff").value();
    CHECK(CborReader(largest).read_integer().value() == std::numeric_limits<std::int64_t>::max());
    const auto least = from_hex("3b7fffffffffffffff").value();
    CHECK(CborReader(least).read_integer().value() == std::numeric_limits<std::int64_t>::min());
    for (const char* hex : {"1b8000000000000000", "3b8000000000000000"}) {
      const auto bytes = from_hex(hex).value();
      CHECK(CborReader(bytes).read_integer().error().code == Code::kCborUnexpectedType);
    }
  }

  TEST_CASE("indefinite lengths are refused for every kind") {
    for (const char* hex : {"5f4100ff", "7f6100ff", "9f00ff", "bf0000ff", "ff"}) {
      CAPTURE(hex);
      CHECK(refusal(hex) == Code::kCborNotCanonical);
    }
  }

  TEST_CASE("tags, floats and reserved initial bytes are refused") {
    for (const char* hex : {"c000", "d81800", "f93c00", "fa47c35000", "fb3ff199999999999a", "1c"}) {
      CAPTURE(hex);
      CHECK(refusal(hex) == Code::kCborUnexpectedType);
    }
  }

  TEST_CASE("four levels are taken, five are not") {
    CHECK_FALSE(refusal(nested(3)));
    CHECK_FALSE(refusal(nested(4)));
    CHECK(refusal(nested(5)) == Code::kCborTooDeep);
  }

  TEST_CASE("levels the caller is inside of count") {
    const auto bytes = nested(4);
    CHECK(CborReader(bytes).read_any(0));
    CHECK(CborReader(bytes).read_any(1).error().code == Code::kCborTooDeep);
  }

  TEST_CASE("an input at the largest size is taken, one byte above is not") {
    CHECK_FALSE(refusal(cbor::bytes(Bytes(kMaxCborSize - 3))));
    CHECK(refusal(cbor::bytes(Bytes(kMaxCborSize - 2))) == Code::kCborTooLarge);
  }

  TEST_CASE("a claimed length or count that the bytes cannot hold is truncation") {
    for (const char* hex : {"",
                            "18",
                            "4401",
                            "62",
                            "5bffffffffffffffff",
                            "9bffffffffffffffff",
                            "bbffffffffffffffff",
                            "9affffffff00",
                            "82",
                            "a100",
                            "a2000101"}) {
      CAPTURE(hex);
      CHECK(refusal(hex) == Code::kCborTruncated);
    }
  }

  TEST_CASE("map keys are sorted by type, then length, then bytes") {
    CHECK_FALSE(refusal("a20000181800"));
    CHECK_FALSE(refusal("a3010020006161f5"));
    CHECK(refusal("a220000100") == Code::kCborNotCanonical);        // -1 before 1
    CHECK(refusal("a2616200616100") == Code::kCborNotCanonical);    // "b" before "a"
    CHECK(refusal("a262616100616200") == Code::kCborNotCanonical);  // "aa" before "b"
  }

  TEST_CASE("a map key twice is refused as that") {
    CHECK(refusal("a201000101") == Code::kCborDuplicateKey);
    CHECK(refusal("a2616100616101") == Code::kCborDuplicateKey);
    CHECK(refusal("81a201000101") == Code::kCborDuplicateKey);
  }

  TEST_CASE("an array or a map is no key") {
    CHECK(refusal("a18000") == Code::kCborUnexpectedType);
    CHECK(refusal("a1a000") == Code::kCborUnexpectedType);
  }

  TEST_CASE("text is UTF-8: no overlong forms, no surrogates, no stray bytes") {
    CHECK_FALSE(refusal(cbor::text("schlüssel €")));
    for (const char* hex : {"61ff", "62c080", "63eda080", "64f4908080", "61e2"}) {
      CAPTURE(hex);
      CHECK(refusal(hex) == Code::kCborInvalidUtf8);
    }
  }

  TEST_CASE("bytes after the item are told") {
    CHECK_FALSE(refusal("00"));
    CHECK(refusal("0000") == Code::kCborTrailingBytes);
  }

  TEST_CASE("another kind than the one asked for is refused") {
    const Bytes number{0x01};
    CHECK(CborReader(number).read_bytes().error().code == Code::kCborUnexpectedType);
    CHECK(CborReader(number).read_text().error().code == Code::kCborUnexpectedType);
    CHECK(CborReader(number).read_bool().error().code == Code::kCborUnexpectedType);
    CHECK(CborReader(number).read_array().error().code == Code::kCborUnexpectedType);
    CHECK(CborReader(number).read_map().error().code == Code::kCborUnexpectedType);
    const Bytes text{0x60};
    CHECK(CborReader(text).read_integer().error().code == Code::kCborUnexpectedType);
  }

  TEST_CASE("keys come out one by one, and nothing after the last") {
    const auto bytes = cbor::map(
        {{cbor::integer(1), cbor::boolean(true)}, {cbor::integer(-2), cbor::boolean(false)}});
    CborReader reader(bytes);
    auto map = reader.read_map().value();
    CHECK(reader.next_integer_key(map).value() == 1);
    CHECK(reader.read_bool().value());
    CHECK(reader.next_integer_key(map).value() == -2);
    CHECK_FALSE(reader.read_bool().value());
    CHECK_FALSE(reader.next_integer_key(map).value());
    CHECK(reader.expect_end());
  }

  TEST_CASE("a key of another type than asked for is refused") {
    const auto texts = cbor::map({{cbor::text("a"), cbor::integer(0)}});
    CborReader reader(texts);
    auto map = reader.read_map().value();
    CHECK(reader.next_integer_key(map).error().code == Code::kCborUnexpectedType);
    const auto numbers = cbor::map({{cbor::integer(1), cbor::integer(0)}});
    CborReader other(numbers);
    auto other_map = other.read_map().value();
    CHECK(other.next_text_key(other_map).error().code == Code::kCborUnexpectedType);
  }
}
