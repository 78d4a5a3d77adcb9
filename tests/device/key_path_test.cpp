#include <doctest/doctest.h>

#include "device/key_discovery.h"

using firstkey::device::KeyPath;
using firstkey::device::SimulatorAddress;
using firstkey::device::Transport;

TEST_SUITE("device/key_path") {
  TEST_CASE("a path says how its key is reached") {
    const struct {
      const char* text;
      Transport transport;
      const char* kept;
    } paths[] = {
        {"/dev/hidraw0", Transport::kUsb, "/dev/hidraw0"},
        {"/dev/hidraw12", Transport::kUsb, "/dev/hidraw12"},
        {"ccid:ACS ACR1252 Dual Reader [PICC] 01 00",
         Transport::kReader,
         "ccid:ACS ACR1252 Dual Reader [PICC] 01 00"},
        {"udp:127.0.0.1:8111:7112", Transport::kSimulator, "udp:127.0.0.1:8111:7112"},
        {"udp:localhost:1:65535", Transport::kSimulator, "udp:127.0.0.1:1:65535"},
    };
    for (const auto& [text, transport, kept] : paths) {
      CAPTURE(text);
      const auto path = KeyPath::parse(text);
      REQUIRE(path.has_value());
      CHECK(path->transport == transport);
      CHECK(path->text == kept);
    }
  }

  TEST_CASE("anything else is no path") {
    const std::string texts[] = {
        "",
        "hidraw0",
        "/dev/hidraw",
        "/dev/hidraw0x",
        "/dev/hidraw-1",
        "/dev/hidraw0/../mem",
        "/dev/sda",
        "ccid:",
        "pcsc:reader",
        "nfc:0",
        "udp:",
        "udp:127.0.0.1",
        "udp:127.0.0.1:8111",
        "udp:127.0.0.1:8111:",
        "udp:127.0.0.1:0:7112",
        "udp:127.0.0.1:8111:65536",
        "udp:127.0.0.1:8111:8111",
        "udp:127.0.0.1:8111:7112:1",
        "udp:0.0.0.0:8111:7112",
        "udp:192.0.2.1:8111:7112",
        "udp:127.0.0.1.example.org:8111:7112",
        "udp:127.0.0.1:+1:2",
        "ccid:evil\x1b[2Jreader",
        "ccid:" + std::string(300, 'x'),
    };
    for (const auto& text : texts) {
      CAPTURE(text);
      CHECK_FALSE(KeyPath::parse(text).has_value());
    }
  }

  TEST_CASE("a simulator's address survives its text") {
    const SimulatorAddress address{.port = 8111, .reply_port = 7112};
    CHECK(SimulatorAddress::parse(address.to_string()) == address);
  }
}
