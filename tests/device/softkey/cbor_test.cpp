#include "device/softkey/cbor.h"

#include <doctest/doctest.h>

namespace {

using firstkey::device::softkey::Bytes;
using firstkey::device::softkey::Status;
using firstkey::device::softkey::cbor::Array;
using firstkey::device::softkey::cbor::decode;
using firstkey::device::softkey::cbor::encode;
using firstkey::device::softkey::cbor::Map;
using firstkey::device::softkey::cbor::Value;

struct Case {
  const char* name;
  Bytes bytes;
};

}  // namespace

TEST_SUITE("device/softkey/cbor") {
  TEST_CASE("what is canonical is read, and written back byte for byte") {
    const std::vector<Case> cases{
        {"zero", {0x00}},
        {"the last number in one byte", {0x17}},
        {"the first in two", {0x18, 0x18}},
        {"the last in two", {0x18, 0xFF}},
        {"the first in three", {0x19, 0x01, 0x00}},
        {"the first in five", {0x1A, 0x00, 0x01, 0x00, 0x00}},
        {"the first in nine", {0x1B, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00}},
        {"the largest", {0x1B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
        {"minus one", {0x20}},
        {"minus 257", {0x39, 0x01, 0x00}},
        {"the smallest", {0x3B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
        {"no bytes", {0x40}},
        {"bytes", {0x42, 0x00, 0xFF}},
        {"no text", {0x60}},
        {"text", {0x62, 0xC3, 0xA9}},
        {"no items", {0x80}},
        {"items", {0x82, 0x01, 0x81, 0x02}},
        {"no members", {0xA0}},
        {"members in order", {0xA3, 0x01, 0x02, 0x20, 0x03, 0x61, 0x61, 0x04}},
        {"shorter keys first", {0xA2, 0x61, 0x62, 0x00, 0x62, 0x61, 0x61, 0x00}},
        {"false, true and null", {0x83, 0xF4, 0xF5, 0xF6}},
        {"four levels", {0x81, 0xA1, 0x01, 0x81, 0x81, 0x00}},
    };
    for (const auto& [name, bytes] : cases) {
      CAPTURE(name);
      const auto value = decode(bytes);
      REQUIRE(value.has_value());
      CHECK(encode(*value) == bytes);
    }
  }

  TEST_CASE("what is not canonical is refused") {
    const std::vector<Case> cases{
        {"nothing", {}},
        {"something behind", {0x00, 0x00}},
        {"a number in too many bytes", {0x18, 0x17}},
        {"a number in far too many", {0x1B, 0, 0, 0, 0, 0, 0, 0, 0}},
        {"a negative one in too many", {0x38, 0x00}},
        {"a length in too many", {0x58, 0x01, 0x00}},
        {"a text length in too many", {0x79, 0x00, 0x01, 0x61}},
        {"a count in too many", {0x98, 0x01, 0x00}},
        {"a count of members in too many", {0xB8, 0x01, 0x01, 0x00}},
        {"a number past 63 bits", {0x1B, 0x80, 0, 0, 0, 0, 0, 0, 0}},
        {"a negative one past 63 bits", {0x3B, 0x80, 0, 0, 0, 0, 0, 0, 0}},
        {"no definite length of bytes", {0x5F, 0x41, 0x00, 0xFF}},
        {"no definite length of text", {0x7F, 0x61, 0x61, 0xFF}},
        {"no definite count of items", {0x9F, 0x00, 0xFF}},
        {"no definite count of members", {0xBF, 0x01, 0x00, 0xFF}},
        {"a break alone", {0xFF}},
        {"a tag", {0xC0, 0x00}},
        {"a half float", {0xF9, 0x00, 0x00}},
        {"a float", {0xFA, 0, 0, 0, 0}},
        {"a double", {0xFB, 0, 0, 0, 0, 0, 0, 0, 0}},
        {"undefined", {0xF7}},
        {"a simple value", {0xE0}},
        {"a reserved head", {0x1C}},
        {"text that is not UTF-8", {0x61, 0xFF}},
        {"half a code point", {0x61, 0xC3}},
        {"a surrogate", {0x63, 0xED, 0xA0, 0x80}},
        {"keys out of order", {0xA2, 0x02, 0x00, 0x01, 0x00}},
        {"longer keys first", {0xA2, 0x62, 0x61, 0x61, 0x00, 0x61, 0x62, 0x00}},
        {"text before numbers", {0xA2, 0x61, 0x61, 0x00, 0x01, 0x00}},
        {"a key twice", {0xA2, 0x01, 0x00, 0x01, 0x00}},
        {"bytes as a key", {0xA1, 0x41, 0x61, 0x00}},
        {"a list as a key", {0xA1, 0x80, 0x00}},
        {"five levels", {0x81, 0x81, 0x81, 0x81, 0x81, 0x00}},
        {"five levels of nothing", {0x81, 0x81, 0x81, 0x81, 0x80}},
    };
    for (const auto& [name, bytes] : cases) {
      CAPTURE(name);
      CHECK(decode(bytes) == std::unexpected(Status::kInvalidCbor));
    }
  }

  TEST_CASE("lengths and counts nobody sent are refused without being believed") {
    const std::vector<Case> cases{
        {"bytes", {0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
        {"text", {0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
        {"items", {0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}},
        {"members", {0xBB, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}},
        {"one byte more than there is", {0x43, 0x00, 0x00}},
        {"one item more than there is", {0x82, 0x00}},
        {"half a member", {0xA1, 0x00}},
    };
    for (const auto& [name, bytes] : cases) {
      CAPTURE(name);
      CHECK(decode(bytes) == std::unexpected(Status::kInvalidCbor));
    }
  }

  TEST_CASE("any canonical item cut short anywhere is refused") {
    const Bytes whole = encode(Map{{1, Bytes(30)}, {2, Array{"text", true}}, {"key", -300}});
    REQUIRE(decode(whole).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(decode(firstkey::device::softkey::BytesView(whole).first(size)).has_value());
    }
  }

  TEST_CASE("members are written in canonical order whatever order they were added in") {
    const Map map{{"b", 1}, {-1, 2}, {"aa", 3}, {10, 4}, {300, 5}, {"a", 6}};
    const Bytes expected{0xA6,
                         0x0A,
                         0x04,
                         0x19,
                         0x01,
                         0x2C,
                         0x05,
                         0x20,
                         0x02,
                         0x61,
                         0x61,
                         0x06,
                         0x61,
                         0x62,
                         0x01,
                         0x62,
                         0x61,
                         0x61,
                         0x03};
    CHECK(encode(map) == expected);
  }

  TEST_CASE("a member is found by its key and is what it is") {
    const Map map{{1, "one"}, {"1", Bytes{1}}};
    REQUIRE(map.find(1) != nullptr);
    CHECK(*map.find(1)->as<std::string>() == "one");
    CHECK(map.find(1)->as<Bytes>() == nullptr);
    CHECK(*map.find("1")->as<Bytes>() == Bytes{1});
    CHECK(map.find(2) == nullptr);
  }
}
