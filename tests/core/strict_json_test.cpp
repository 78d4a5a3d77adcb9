#include "core/strict_json.h"

#include <optional>

#include <doctest/doctest.h>

using firstkey::core::JsonFault;
using firstkey::core::parse_strict_json;

namespace {

std::optional<JsonFault> fault_of(std::string_view text, std::size_t max_size = 1'000) {
  const auto value = parse_strict_json(text, max_size);
  if (value) return std::nullopt;
  return value.error().fault;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_SUITE("core/strict_json") {
  TEST_CASE("a text is taken up to its bound") {
    CHECK(fault_of("[1]", 4) == std::nullopt);
    CHECK(fault_of("[1]", 3) == std::nullopt);
    CHECK(fault_of("[1]", 2) == JsonFault::kTooLarge);
  }

  TEST_CASE("members that stand twice are found, however they are spelt and wherever") {
    for (const auto* text : {R"({"a":1,"a":1})",
                             R"({"a":1,"\u0061":2})",
                             R"({"b":{"a":1,"a":2}})",
                             R"([{"a":1,"c":0,"a":2}])"}) {
      CAPTURE(text);
      CHECK(fault_of(text) == JsonFault::kDuplicateMember);
    }
    CHECK(fault_of(R"({"a":{"a":1},"b":{"a":1}})") == std::nullopt);
  }

  TEST_CASE("what is no JSON, or more than one, is refused") {
    for (const auto* text :
         {"", "{", "{} {}", "{\"a\":1,}", "// c\n1", "nul", "\"\xFF\"", "\"\n\"", "01"}) {
      CAPTURE(text);
      CHECK(fault_of(text) == JsonFault::kMalformed);
    }
  }

  TEST_CASE("nesting is bounded") {
    CHECK(fault_of(nested(15)) == std::nullopt);
    CHECK(fault_of(nested(16)) == std::nullopt);
    CHECK(fault_of(nested(17)) == JsonFault::kMalformed);
  }
}
