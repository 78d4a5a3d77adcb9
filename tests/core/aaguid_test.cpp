#include "core/aaguid.h"

#include <doctest/doctest.h>

using firstkey::core::aaguid_from_text;
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

  TEST_CASE("a UUID is read back, in either case, and nothing else is") {
    const auto aaguid = from_hex("ee882879721c491397753dfcce97072a").value();
    CHECK(aaguid_from_text("ee882879-721c-4913-9775-3dfcce97072a") == aaguid);
    CHECK(aaguid_from_text("EE882879-721C-4913-9775-3DFCCE97072A") == aaguid);
    for (const auto* text : {"",
                             "ee882879721c491397753dfcce97072a",
                             "ee882879-721c-4913-9775-3dfcce97072",
                             "ee882879-721c-4913-9775-3dfcce97072ab",
                             "{e882879-721c-4913-9775-3dfcce97072a",
                             "ee88287-9721c-4913-9775-3dfcce97072a",
                             "ee882879-721c-4913-977--3dfcce97072a",
                             "ge882879-721c-4913-9775-3dfcce97072a"}) {
      CAPTURE(text);
      CHECK_FALSE(aaguid_from_text(text));
    }
  }
}
