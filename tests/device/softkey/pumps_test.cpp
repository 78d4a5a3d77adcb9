// What the pumps read and write, without their sockets.

#include <doctest/doctest.h>

#include "device/softkey/udp_pump.h"
#include "device/softkey/vpcd_pump.h"

namespace {

using firstkey::device::softkey::Bytes;
using firstkey::device::softkey::parse_udp_address;
using firstkey::device::softkey::parse_vpcd_address;
using firstkey::device::softkey::VpcdMessages;

}  // namespace

TEST_SUITE("device/softkey/pumps") {
  TEST_CASE("a UDP address names a loopback host, the key's port and the client's") {
    const auto address = parse_udp_address("localhost:8111:7112");
    REQUIRE(address.has_value());
    CHECK(to_string(*address) == "udp:127.0.0.1:8111:7112");
    CHECK(parse_udp_address("127.5.5.5:0:1").has_value());
  }

  TEST_CASE("what is no loopback UDP address is refused") {
    for (const char* text : {"",
                             "127.0.0.1",
                             "127.0.0.1:8111",
                             "127.0.0.1:8111:0",
                             "::",
                             "127.0.0.1:8111:65536",
                             "127.0.0.1:-1:7112",
                             "127.0.0.1:8111:7112x",
                             "10.0.0.1:8111:7112",
                             "0.0.0.0:8111:7112",
                             "example.org:8111:7112"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_udp_address(text).has_value());
    }
  }

  TEST_CASE("a vpcd address names a loopback host and a port") {
    const auto address = parse_vpcd_address("localhost:35963");
    REQUIRE(address.has_value());
    CHECK(to_string(*address) == "vpcd:127.0.0.1:35963");
    for (const char* text : {"", "127.0.0.1", "127.0.0.1:0", "192.168.0.1:35963", "127.0.0.1:x"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_vpcd_address(text).has_value());
    }
  }

  TEST_CASE("vpcd's messages are cut out of whatever pieces arrive") {
    VpcdMessages messages;
    messages.add(Bytes{0x00});
    CHECK_FALSE(messages.next().has_value());
    messages.add(Bytes{0x02, 0xAA});
    CHECK_FALSE(messages.next().has_value());
    messages.add(Bytes{0xBB, 0x00, 0x01, 0x04, 0x00});
    CHECK(messages.next() == Bytes{0xAA, 0xBB});
    CHECK(messages.next() == Bytes{0x04});
    CHECK_FALSE(messages.next().has_value());
    CHECK(VpcdMessages::framed(Bytes{0x90, 0x00}) == Bytes{0x00, 0x02, 0x90, 0x00});
  }
}
