#include "core/aaguid.h"

#include <doctest/doctest.h>

using firstkey::core::aaguid_text;
using firstkey::core::Bytes;
using firstkey::core::from_hex;

TEST_SUITE("core/aaguid") {
  TEST_CASE("an AAGUID is written as a UUID") {
    CHECK(aaguid_text(from_hex("ee882879721c491397753dfcce97072a").value()) ==
          "ee882879-721c-4913-9775-3dfcce97072a");
  }

  TEST_CASE("what is no AAGUID is shown as it is") {
    for (const auto& [bytes, text] : {std::pair{Bytes(15, 0x0A), "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"},
                                      {Bytes(17, 0), "0000000000000000000000000000000000"},
                                      {Bytes{}, ""}}) {
      CHECK(aaguid_text(bytes) == text);
    }
  }
}
