#include "device/pin.h"

#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using firstkey::device::ErrorCode;
using firstkey::device::Pin;

static_assert(!std::is_copy_constructible_v<Pin> && !std::is_copy_assignable_v<Pin>);
static_assert(std::is_nothrow_move_constructible_v<Pin> && std::is_nothrow_move_assignable_v<Pin>);

namespace {

std::string times(std::string_view text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace

TEST_SUITE("device/pin") {
  TEST_CASE("a PIN is counted in code points, measured in bytes and kept normalised") {
    const struct {
      std::string name;
      std::string text;
      std::string kept;
      std::size_t code_points;
    } pins[] = {
        {"four digits, the minimum", "1234", "1234", 4},
        {"four umlauts are four, not eight", "äöüß", "äöüß", 4},
        {"e and a combining acute become one", "cafe\xCC\x81", "caf\xC3\xA9", 4},
        {"Hangul jamo become a syllable",
         "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"
         "123",
         "\xED\x95\x9C"
         "123",
         4},
        {"the ohm sign becomes omega",
         "\xE2\x84\xA6"
         "123",
         "\xCE\xA9"
         "123",
         4},
        {"accents are put in canonical order",
         "a\xCC\x81\xCC\xA3"
         "123",
         "\xE1\xBA\xA1\xCC\x81"
         "123",
         5},
        {"an emoji family is seven code points",
         "👨‍👩‍👧‍👦",
         "👨‍👩‍👧‍👦",
         7},
        {"ligatures stay: NFC, not NFKC", "ﬁ123", "ﬁ123", 4},
        {"63 bytes, the maximum", times("x", 63), times("x", 63), 63},
        {"189 bytes that are 63 when composed",
         times("e\xCC\x81", 31) + "x",
         times("\xC3\xA9", 31) + "x",
         32},
        {"spaces are part of it", " 12 ", " 12 ", 4},
    };
    for (const auto& [name, text, kept, code_points] : pins) {
      CAPTURE(name);
      const auto pin = Pin::create(text);
      REQUIRE(pin.has_value());
      CHECK(std::string(pin->expose()) == kept);
      CHECK(pin->code_points() == code_points);
    }
  }

  TEST_CASE("what no key could take is refused by name") {
    const struct {
      std::string name;
      std::string text;
      ErrorCode code;
    } refusals[] = {
        {"empty", "", ErrorCode::kPinTooShort},
        {"three digits", "123", ErrorCode::kPinTooShort},
        {"three umlauts, six bytes", "äöü", ErrorCode::kPinTooShort},
        {"five code points that compose to three", "ae\xCC\x81o\xCC\x88", ErrorCode::kPinTooShort},
        {"64 bytes", times("x", 64), ErrorCode::kPinTooLong},
        {"32 umlauts, 64 bytes", times("ä", 32), ErrorCode::kPinTooLong},
        {"a code point across the 63rd byte", times("x", 62) + "ä", ErrorCode::kPinTooLong},
        {"a kilobyte", times("x", 1024), ErrorCode::kPinTooLong},
        {"a lone continuation byte", "123\x80", ErrorCode::kPinNotText},
        {"an overlong slash", "12\xC0\xAF", ErrorCode::kPinNotText},
        {"a surrogate", "123\xED\xA0\x80", ErrorCode::kPinNotText},
        {"cut within a code point", "123\xE2\x82", ErrorCode::kPinNotText},
        {"a zero byte at the end", std::string("1234\0", 5), ErrorCode::kPinNotText},
        {"a zero byte within",
         std::string("12\0"
                     "34",
                     5),
         ErrorCode::kPinNotText},
    };
    for (const auto& [name, text, code] : refusals) {
      CAPTURE(name);
      const auto pin = Pin::create(text);
      REQUIRE_FALSE(pin.has_value());
      CHECK(pin.error().code == code);
      CHECK(pin.error().fido_status == 0);
    }
  }

  TEST_CASE("a key's own minimum counts, before, at and after") {
    CHECK(Pin::create("12345", 6).error().code == ErrorCode::kPinTooShort);
    CHECK(Pin::create("123456", 6).has_value());
    CHECK(Pin::create("1234567", 6).has_value());
    CHECK(Pin::create("123", 1).error().code == ErrorCode::kPinTooShort);  // CTAP's four stand
    const auto pin = Pin::create("12345");
    REQUIRE(pin.has_value());
    CHECK(pin->has_at_least(5));
    CHECK_FALSE(pin->has_at_least(6));
  }

  TEST_CASE("a PIN typed twice in different spellings is the same PIN") {
    const auto composed = Pin::create("caf\xC3\xA9");
    const auto decomposed = Pin::create("cafe\xCC\x81");
    const auto other = Pin::create("cafe");
    REQUIRE(composed.has_value());
    REQUIRE(decomposed.has_value());
    REQUIRE(other.has_value());
    CHECK(composed->equals(*decomposed));
    CHECK_FALSE(composed->equals(*other));
  }

  TEST_CASE("a duplicate lives on when the first is gone") {
    auto first = Pin::create("1234");
    REQUIRE(first.has_value());
    const Pin second = first->duplicate();
    {
      const Pin taken = std::move(*first);
    }
    CHECK(std::string(second.expose()) == "1234");
    CHECK(second.code_points() == 4);
  }

  TEST_CASE("a PIN moved from holds nothing") {
    auto pin = Pin::create("1234");
    REQUIRE(pin.has_value());
    const Pin taken = std::move(*pin);
    CHECK(pin->expose() == nullptr);  // NOLINT(bugprone-use-after-move): that is the claim
    CHECK(pin->code_points() == 0);
    CHECK(taken.code_points() == 4);
  }
}
