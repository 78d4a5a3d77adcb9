#include "device/cbor_bounds.h"

#include <doctest/doctest.h>

using firstkey::device::Bytes;
using firstkey::device::is_bounded_answer;
using firstkey::device::is_bounded_cbor;

namespace {

/// Arrays of one, `depth` of them, around a zero.
Bytes nested(std::size_t depth) {
  Bytes cbor(depth, 0x81);
  cbor.push_back(0x00);
  return cbor;
}

}  // namespace

TEST_SUITE("device/cbor_bounds") {
  TEST_CASE("what a key may answer passes") {
    const struct {
      std::string name;
      Bytes cbor;
    } cases[] = {
        {"a number", {0x00}},
        {"a large negative number", {0x3B, 1, 2, 3, 4, 5, 6, 7, 8}},
        {"an empty map", {0xA0}},
        {"an empty array in an array", {0x81, 0x80}},
        {"a map in a map", {0xA1, 0x01, 0xA1, 0x02, 0x03}},
        {"two arrays one after the other", {0x82, 0x81, 0x01, 0x81, 0x02}},
        {"strings", {0x82, 0x42, 1, 2, 0x61, 'a'}},
        {"true, false, null, a float", {0x84, 0xF5, 0xF4, 0xF6, 0xF9, 0x3C, 0x00}},
        {"the deepest nesting", nested(7)},
    };
    for (const auto& [name, cbor] : cases) {
      CAPTURE(name);
      CHECK(is_bounded_cbor(cbor));
    }
  }

  TEST_CASE("what would make a decoder allocate or wander does not") {
    const struct {
      std::string name;
      Bytes cbor;
    } cases[] = {
        {"nothing", {}},
        {"a map of 2^28 pairs", {0xBA, 0x10, 0x00, 0x00, 0x00}},
        {"a map of 2^64-1 pairs", {0xBB, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0}},
        {"an array of 2^32 items", {0x9B, 0, 0, 0, 1, 0, 0, 0, 0}},
        {"a byte string of 2^31 bytes", {0x5A, 0x80, 0x00, 0x00, 0x00}},
        {"an array one item short", {0x82, 0x00}},
        {"a byte after the end", {0x00, 0x00}},
        {"an array of unknown length", {0x9F, 0xFF}},
        {"a map of unknown length", {0xBF, 0xFF}},
        {"a string of unknown length", {0x7F, 0xFF}},
        {"a break out of nowhere", {0xFF}},
        {"a tag", {0xC0, 0x00}},
        {"a reserved head", {0x1C}},
        {"nested a level too deep", nested(8)},
        {"a thousand levels", nested(1000)},
    };
    for (const auto& [name, cbor] : cases) {
      CAPTURE(name);
      CHECK_FALSE(is_bounded_cbor(cbor));
    }
  }

  TEST_CASE("an answer is a status, with CBOR or alone") {
    CHECK(is_bounded_answer(Bytes{0x00}));
    CHECK(is_bounded_answer(Bytes{0x00, 0xA0}));
    CHECK_FALSE(is_bounded_answer(Bytes{}));
    CHECK_FALSE(is_bounded_answer(Bytes{0x00, 0xBF}));
  }
}
