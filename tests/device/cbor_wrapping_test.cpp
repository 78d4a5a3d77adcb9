#include "device/cbor_wrapping.h"

#include <doctest/doctest.h>

using firstkey::device::Bytes;
using firstkey::device::ErrorCode;
using firstkey::device::to_attestation_object;
using firstkey::device::unwrap_byte_string;

TEST_SUITE("device/cbor_wrapping") {
  TEST_CASE("one byte string is unwrapped, whatever the width of its length") {
    CHECK(unwrap_byte_string(Bytes{0x40}) == Bytes{});
    CHECK(unwrap_byte_string(Bytes{0x42, 1, 2}) == Bytes{1, 2});
    Bytes longer{0x59, 0x01, 0x00};
    longer.resize(3 + 256, 7);
    CHECK(unwrap_byte_string(longer) == Bytes(256, 7));
  }

  TEST_CASE("anything but one whole byte string is garbage") {
    const struct {
      std::string name;
      Bytes cbor;
    } cases[] = {
        {"nothing", {}},
        {"a text", {0x61, 'a'}},
        {"cut off", {0x42, 1}},
        {"a byte too many", {0x41, 1, 2}},
        {"a length of 2^32 without bytes", {0x5A, 0xFF, 0xFF, 0xFF, 0xFF}},
        {"of unknown length", {0x5F, 0x41, 1, 0xFF}},
    };
    for (const auto& [name, cbor] : cases) {
      CAPTURE(name);
      const auto unwrapped = unwrap_byte_string(cbor);
      REQUIRE_FALSE(unwrapped.has_value());
      CHECK(unwrapped.error().code == ErrorCode::kGarbage);
    }
  }

  TEST_CASE("an attestation object is the three members in canonical order") {
    const Bytes expected{0xA3, 0x63, 'f', 'm', 't', 0x64, 'n',  'o',  'n',  'e', 0x67,
                         'a',  't',  't', 'S', 't', 'm',  't',  0xA0, 0x68, 'a', 'u',
                         't',  'h',  'D', 'a', 't', 'a',  0x42, 1,    2};
    CHECK(to_attestation_object("none", Bytes{0xA0}, Bytes{1, 2}) == expected);
  }
}
