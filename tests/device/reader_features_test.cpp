#include "device/reader_features.h"

#include <doctest/doctest.h>

#include "tests/device/scripted_card.h"

using firstkey::device::code_for_properties;
using firstkey::device::longest_apdu_data;
using firstkey::tests::hex;

TEST_SUITE("device/reader_features") {
  TEST_CASE("the code for the properties is found among the features, big-endian") {
    CHECK(code_for_properties(hex("06 04 42330006  12 04 42330012")) == 0x42330012U);
    CHECK(code_for_properties(hex("12 04 42330012  12 04 00000001")) == 0x42330012U);
  }

  TEST_CASE("a driver without it, or with something else, has none") {
    for (const char* features :
         {"", "12", "0604 42330006", "1203 423300", "1205 4233001200", "1204 423300"}) {
      CAPTURE(features);
      CHECK_FALSE(code_for_properties(hex(features)).has_value());
    }
  }

  TEST_CASE("the longest data is little-endian, and within what APDUs can say") {
    const struct {
      std::string properties;
      std::size_t size;
    } cases[] = {{"0A04 00010000", 256},
                 {"0A04 00000100", 65535},
                 {"0A04 FFFFFFFF", 65535},
                 {"0A04 00000000", 255},
                 {"0B02 E604  0A04 00080000", 2048},
                 {"0A02 0008", 255},
                 {"0A04 0008", 255},
                 {"0B02 E604", 255},
                 {"", 255}};
    for (const auto& [properties, size] : cases) {
      CAPTURE(properties);
      CHECK(longest_apdu_data(hex(properties)) == size);
    }
  }
}
