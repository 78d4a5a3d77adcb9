#include "device/softkey/apdu.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace {

using firstkey::device::softkey::append;
using firstkey::device::softkey::Bytes;
using firstkey::device::softkey::parse_apdu;

Bytes operator+(Bytes left, const Bytes& right) {
  append(left, right);
  return left;
}

const Bytes kHeader{0x80, 0x10, 0x80, 0x00};

}  // namespace

TEST_SUITE("device/softkey/apdu") {
  TEST_CASE("each form of command is read with its data and the most that may come back") {
    struct Case {
      const char* name;
      Bytes body;
      std::size_t data_size;
      std::size_t expected;
    };
    const std::array cases{
        Case{"neither data nor Le", {}, 0, 256},
        Case{"short Le", {0x10}, 0, 16},
        Case{"short Le of zero", {0x00}, 0, 256},
        Case{"short data", Bytes{0x02} + Bytes(2), 2, 256},
        Case{"short data and Le", Bytes{0x02} + Bytes(2) + Bytes{0x05}, 2, 5},
        Case{"most short data and Le", Bytes{0xFF} + Bytes(255) + Bytes{0x00}, 255, 256},
        Case{"extended Le", {0x00, 0x01, 0x02}, 0, 258},
        Case{"extended Le of zero", {0x00, 0x00, 0x00}, 0, 65536},
        Case{"no extended data and Le", {0x00, 0x00, 0x00, 0x01, 0x00}, 0, 256},
        Case{"extended data", Bytes{0x00, 0x01, 0x00} + Bytes(256), 256, 65536},
        Case{"extended data and Le", Bytes{0x00, 0x00, 0x01, 0x07, 0x01, 0x00}, 1, 256},
        Case{"extended data and Le of zero", Bytes{0x00, 0x00, 0x01, 0x07, 0x00, 0x00}, 1, 65536},
    };
    for (const auto& [name, body, data_size, expected] : cases) {
      CAPTURE(name);
      const Bytes bytes = kHeader + body;
      const auto apdu = parse_apdu(bytes);
      REQUIRE(apdu.has_value());
      CHECK(Bytes{apdu->cla, apdu->ins, apdu->p1, apdu->p2} == kHeader);
      CHECK(apdu->data.size() == data_size);
      CHECK(apdu->expected == expected);
    }
  }

  TEST_CASE("lengths that do not add up are refused") {
    struct Case {
      const char* name;
      Bytes bytes;
    };
    const std::array cases{
        Case{"no header", {0x80, 0x10, 0x80}},
        Case{"nothing", {}},
        Case{"short data one byte short", kHeader + Bytes{0x03} + Bytes(2)},
        Case{"short data two bytes over", kHeader + Bytes{0x01} + Bytes(3)},
        Case{"half an extended length", kHeader + Bytes{0x00, 0x01}},
        Case{"extended data one byte short", kHeader + Bytes{0x00, 0x00, 0x02, 0x07}},
        Case{"half an extended Le", kHeader + Bytes{0x00, 0x00, 0x01, 0x07, 0x00}},
        Case{"no extended data and half an Le", kHeader + Bytes{0x00, 0x00, 0x00, 0x01}},
    };
    for (const auto& [name, bytes] : cases) {
      CAPTURE(name);
      CHECK_FALSE(parse_apdu(bytes).has_value());
    }
  }
}
