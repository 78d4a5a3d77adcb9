// Command APDUs at the borders of their lengths. Source: ISO/IEC 7816-4 §5.1.

#include "device/apdu.h"

#include <doctest/doctest.h>

#include "tests/device/scripted_card.h"

using firstkey::device::as_carried_by_t0;
using firstkey::device::Bytes;
using firstkey::device::CommandApdu;
using firstkey::device::parse_response;
using firstkey::device::to_bytes;
using firstkey::tests::hex;
using firstkey::tests::to_hex;

namespace {

std::string head(const Bytes& apdu) {
  return to_hex(firstkey::device::BytesView(apdu).first(std::min<std::size_t>(apdu.size(), 7)));
}

}  // namespace

TEST_SUITE("device/apdu") {
  TEST_CASE("the four cases of a short command") {
    const Bytes data{0xAA, 0xBB};
    CHECK(to_hex(to_bytes({.cla = 0x80, .ins = 0x12, .p1 = 1, .p2 = 2})) == "80120102");
    CHECK(to_hex(to_bytes({.ins = 0xC0, .expected = 16})) == "00C0000010");
    CHECK(to_hex(to_bytes({.ins = 0x10, .data = data})) == "0010000002AABB");
    CHECK(to_hex(to_bytes({.ins = 0x10, .data = data, .expected = 3})) == "0010000002AABB03");
  }

  TEST_CASE("the longest short length is written as zero, the next is extended") {
    CHECK(to_hex(to_bytes({.ins = 0xC0, .expected = 255})) == "00C00000FF");
    CHECK(to_hex(to_bytes({.ins = 0xC0, .expected = 256})) == "00C0000000");
    CHECK(to_hex(to_bytes({.ins = 0xC0, .expected = 257})) == "00C00000000101");
    CHECK(to_hex(to_bytes({.ins = 0xC0, .expected = 65536})) == "00C00000000000");
  }

  TEST_CASE("data of 254 and 255 bytes is short, of 256 extended") {
    const Bytes data(256, 0x55);
    const firstkey::device::BytesView view(data);
    CHECK(head(to_bytes({.ins = 0x10, .data = view.first(254)})) == "00100000FE5555");
    CHECK(head(to_bytes({.ins = 0x10, .data = view.first(255)})) == "00100000FF5555");
    CHECK(head(to_bytes({.ins = 0x10, .data = view})) == "00100000000100");
  }

  TEST_CASE("an extended command ends with two bytes of expected length") {
    const Bytes data(300, 0x55);
    const auto apdu = to_bytes({.ins = 0x10, .data = data, .expected = 65536});
    CHECK(head(apdu) == "0010000000012C");
    CHECK(apdu.size() == 7 + 300 + 2);
    CHECK(to_hex(firstkey::device::BytesView(apdu).last(3)) == "550000");
  }

  TEST_CASE("T=0 carries no expected length beside data") {
    const struct {
      std::string name;
      std::string apdu;
      std::string carried;
    } cases[] = {
        {"no data, none expected", "00100000", "00100000"},
        {"an answer is expected", "00C0000010", "00C0000010"},
        {"data only", "0010000002AABB", "0010000002AABB"},
        {"data and an answer", "0010000002AABB00", "0010000002AABB"},
        {"extended", "0010000000000100", "0010000000000100"},
    };
    for (const auto& [name, apdu, carried] : cases) {
      CAPTURE(name);
      const auto bytes = hex(apdu);
      CHECK(to_hex(as_carried_by_t0(bytes)) == carried);
    }
  }

  TEST_CASE("a response has two bytes of status word, or is none") {
    CHECK_FALSE(parse_response(hex("")).has_value());
    CHECK_FALSE(parse_response(hex("90")).has_value());
    CHECK(parse_response(hex("9000")) == firstkey::device::ResponseApdu{.status = 0x9000});
    CHECK(parse_response(hex("AA6101")) ==
          firstkey::device::ResponseApdu{.data = {0xAA}, .status = 0x6101});
  }
}
