#include "device/cbor_view.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "device/cbor_writer.h"

using firstkey::device::Bytes;
using firstkey::device::CborView;
using firstkey::device::CborWriter;
using firstkey::device::ErrorCode;

namespace {

struct Case {
  std::string name;
  Bytes cbor;
};

}  // namespace

TEST_SUITE("device/cbor_view") {
  TEST_CASE("the first item is found, and what follows it left alone") {
    const Bytes two{0x82, 1, 2, 0x41, 9};
    CHECK_FALSE(CborView::parse(two).has_value());
    CHECK(CborView::parse_first(two).value().encoded().size() == 3);
    CHECK_FALSE(CborView::parse_first(Bytes{0x82, 1}).has_value());
    CHECK_FALSE(CborView::parse_first({}).has_value());
  }

  TEST_CASE("members of a map are found by number and by name, each as what it is") {
    CborWriter out;
    out.map(5).integer(1).integer(23).integer(2).bytes(Bytes{7, 8}).integer(-1).integer(-25);
    out.text("a").yes().text("id").text("lee");
    const auto cbor = std::move(out).take();
    const auto map = CborView::parse(cbor);
    REQUIRE(map.has_value());
    CHECK(map->is_map());
    CHECK(map->find(1)->as_unsigned() == 23);
    CHECK(map->find(-1)->as_integer() == -25);
    CHECK(Bytes(map->find(2)->as_bytes()->begin(), map->find(2)->as_bytes()->end()) == Bytes{7, 8});
    CHECK(map->find("a")->as_boolean() == true);
    CHECK(map->find("id")->as_text() == "lee");
    CHECK_FALSE(map->find(3).has_value());
    CHECK_FALSE(map->find("b").has_value());
  }

  TEST_CASE("an item of another type is nothing, never converted") {
    const Bytes cbor{0xA2, 0x01, 0x20, 0x02, 0xF6};  // {1: -1, 2: null}
    const auto map = CborView::parse(cbor);
    REQUIRE(map.has_value());
    CHECK_FALSE(map->as_unsigned().has_value());
    CHECK_FALSE(map->find(1)->as_unsigned().has_value());
    CHECK(map->find(1)->as_integer() == -1);
    CHECK_FALSE(map->find(1)->find(1).has_value());
    CHECK_FALSE(map->find(2)->as_boolean().has_value());
    CHECK_FALSE(map->find(2)->as_bytes().has_value());
    CHECK_FALSE(map->find(2)->as_text().has_value());
  }

  TEST_CASE("a nested item can be taken as the bytes it was sent in") {
    const Bytes cbor{0xA1, 0x03, 0xA1, 0x61, 0x78, 0x81, 0x05};  // {3: {"x": [5]}}
    const auto map = CborView::parse(cbor);
    REQUIRE(map.has_value());
    const auto inner = map->find(3)->encoded();
    CHECK(Bytes(inner.begin(), inner.end()) == Bytes{0xA1, 0x61, 0x78, 0x81, 0x05});
  }

  TEST_CASE("heads of every width are read, each at its least and not below") {
    const std::vector<std::pair<Bytes, std::uint64_t>> widths{
        {{0x17}, 23},
        {{0x18, 0x18}, 24},
        {{0x18, 0xFF}, 0xFF},
        {{0x19, 0x01, 0x00}, 0x100},
        {{0x1A, 0x00, 0x01, 0x00, 0x00}, 0x1'0000},
        {{0x1B, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00}, 0x1'0000'0000},
    };
    for (const auto& [cbor, value] : widths) {
      CAPTURE(value);
      const auto number = CborView::parse(cbor);
      REQUIRE(number.has_value());
      CHECK(number->as_unsigned() == value);
    }
    const Bytes largest{0x1B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    CHECK_FALSE(CborView::parse(largest)->as_integer().has_value());
  }

  TEST_CASE("what CTAP does not allow is refused whole") {
    const Case cases[] = {
        {"nothing", {}},
        {"more than one item", {0x00, 0x00}},
        {"23 in two bytes", {0x18, 0x17}},
        {"255 in three bytes", {0x19, 0x00, 0xFF}},
        {"65535 in five bytes", {0x1A, 0x00, 0x00, 0xFF, 0xFF}},
        {"2^32 - 1 in nine bytes", {0x1B, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}},
        {"a head cut off", {0x19, 0x01}},
        {"a reserved width", {0x1C, 0, 0, 0, 0, 0, 0, 0, 0}},
        {"a string cut off", {0x42, 0x01}},
        {"an array cut off", {0x82, 0x01}},
        {"a map cut off", {0xA1, 0x01}},
        {"a map of 2^28 members in six bytes", {0xBA, 0x10, 0x00, 0x00, 0x00, 0x01}},
        {"a string of 2^63 bytes", {0x5B, 0x80, 0, 0, 0, 0, 0, 0, 0}},
        {"keys out of order", {0xA2, 0x02, 0x00, 0x01, 0x00}},
        {"a key twice", {0xA2, 0x01, 0x00, 0x01, 0x00}},
        {"a longer key before a shorter", {0xA2, 0x62, 'a', 'a', 0x00, 0x61, 'b', 0x00}},
        {"an indefinite length", {0x9F, 0xFF}},
        {"a tag", {0xC0, 0x00}},
        {"a float", {0xF9, 0x00, 0x00}},
        {"undefined", {0xF7}},
        {"a simple value in two bytes", {0xF8, 0x20}},
        {"nesting without end", Bytes(40, 0x81)},
    };
    for (const auto& [name, cbor] : cases) {
      CAPTURE(name);
      const auto parsed = CborView::parse(cbor);
      REQUIRE_FALSE(parsed.has_value());
      CHECK(parsed.error().code == ErrorCode::kGarbage);
    }
  }

  TEST_CASE("nesting is taken to its limit and no further") {
    const auto nested = [](std::size_t depth) {
      Bytes cbor(depth, 0x81);
      cbor.push_back(0x00);
      return CborView::parse(cbor).has_value();
    };
    CHECK(nested(7));
    CHECK(nested(8));
    CHECK_FALSE(nested(9));
  }
}
