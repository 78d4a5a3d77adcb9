// The answers of the control endpoint, held against the USB and HID specifications' layouts.

#include "device/softkey/usb_control.h"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

#include "device/softkey/hid_identity.h"

namespace {

using firstkey::device::softkey::answer_control;
using firstkey::device::softkey::Bytes;
using firstkey::device::softkey::kReportDescriptor;
using firstkey::device::softkey::parse_setup;
using firstkey::device::softkey::UsbSetup;

constexpr std::uint16_t kPlenty = 4096;

std::optional<Bytes> descriptor(std::uint16_t value, std::uint16_t length = kPlenty) {
  return answer_control({.type = 0x80, .request = 0x06, .value = value, .length = length});
}

}  // namespace

TEST_SUITE("device/softkey/usb_control") {
  TEST_CASE("a setup packet's words are little-endian") {
    const std::array<std::uint8_t, 8> packet{0x81, 0x06, 0x00, 0x22, 0x01, 0x02, 0x22, 0x10};
    const UsbSetup setup = parse_setup(packet);
    CHECK(setup.type == 0x81);
    CHECK(setup.request == 0x06);
    CHECK(setup.value == 0x2200);
    CHECK(setup.index == 0x0201);
    CHECK(setup.length == 0x1022);
  }

  TEST_CASE("every descriptor begins with its own length and type") {
    for (const std::uint16_t value :
         std::array<std::uint16_t, 5>{0x0100, 0x0300, 0x0301, 0x0302, 0x2100}) {
      CAPTURE(value);
      const auto bytes = descriptor(value);
      REQUIRE(bytes.has_value());
      CHECK(bytes->at(0) == bytes->size());
      CHECK(bytes->at(1) == (value >> 8U));
    }
  }

  TEST_CASE("the configuration's total length is all there is") {
    const auto bytes = descriptor(0x0200);
    REQUIRE(bytes.has_value());
    CHECK((bytes->at(2) | (bytes->at(3) << 8U)) == static_cast<int>(bytes->size()));
    std::size_t walked = 0;
    while (walked < bytes->size()) walked += bytes->at(walked);
    CHECK(walked == bytes->size());
  }

  TEST_CASE("the interface's report descriptor is the FIDO one") {
    const auto bytes =
        answer_control({.type = 0x81, .request = 0x06, .value = 0x2200, .length = kPlenty});
    REQUIRE(bytes.has_value());
    CHECK(*bytes == Bytes(kReportDescriptor.begin(), kReportDescriptor.end()));
  }

  TEST_CASE("a host that wants less gets the beginning") {
    const auto whole = descriptor(0x0100);
    REQUIRE(whole.has_value());
    for (const std::uint16_t length : std::array<std::uint16_t, 3>{17, 18, 19}) {
      CAPTURE(length);
      const auto bytes = descriptor(0x0100, length);
      REQUIRE(bytes.has_value());
      CHECK(bytes->size() == std::min<std::size_t>(length, whole->size()));
      CHECK(std::equal(bytes->begin(), bytes->end(), whole->begin()));
    }
  }

  TEST_CASE("configuring and silencing are taken, what the key has not is stalled") {
    CHECK(answer_control({.type = 0x00, .request = 0x09, .value = 1}) == Bytes{});
    CHECK(answer_control({.type = 0x21, .request = 0x0A}) == Bytes{});
    CHECK_FALSE(descriptor(0x0600).has_value());  // device qualifier: for high speed
    CHECK_FALSE(descriptor(0x0303).has_value());  // a string nobody named
    CHECK_FALSE(answer_control({.type = 0xA1, .request = 0x01, .length = 64}).has_value());
    CHECK_FALSE(answer_control({.type = 0xC0, .request = 0x06, .value = 0x0100}).has_value());
  }
}
