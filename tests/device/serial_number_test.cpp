#include "device/serial_number.h"

#include <chrono>

#include <doctest/doctest.h>

#include "device/hid_link.h"
#include "tests/device/scripted_channel.h"

using namespace std::chrono_literals;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::ErrorCode;
using firstkey::device::HidLink;
using firstkey::device::KeyOrigin;
using firstkey::device::OpenKey;
using firstkey::device::read_serial_number;
using firstkey::device::Result;
using firstkey::device::RunningCall;
using firstkey::device::serial_in_yubico_config;
using firstkey::tests::ScriptedHidKey;

namespace {

constexpr std::uint16_t kYubico = 0x1050;
/// {1: ["FIDO_2_1"]}
const Bytes kInfo{0x00, 0xA1, 0x01, 0x81, 0x68, 'F', 'I', 'D', 'O', '_', '2', '_', '1'};
/// Two tags before the serial number 12345678, and one after it; longer than one frame.
Bytes config() {
  Bytes tags{0x01, 0x02, 0x02, 0x3F, 0x03, 0x02, 0x02, 0x3F, 0x02, 0x04, 0x00, 0xBC, 0x61, 0x4E};
  tags.insert(tags.end(), {0x11, 60});
  tags.resize(tags.size() + 60, 0xEE);
  tags.insert(tags.begin(), static_cast<std::uint8_t>(tags.size()));
  return tags;
}

Result<std::optional<std::string>> read(ScriptedHidKey& scripted, KeyOrigin origin) {
  OpenKey key(std::make_unique<HidLink>(scripted.opener()), std::move(origin));
  return key.within(CallLimits{.time_left = 10s},
                    [&](RunningCall& call) { return read_serial_number(key, call); });
}

}  // namespace

TEST_SUITE("device/serial_number") {
  TEST_CASE("a YubiKey is asked by its maker's command") {
    ScriptedHidKey scripted(kInfo);
    scripted.vendor_answer = config();
    CHECK(read(scripted, {.path = "p", .usb_vendor = kYubico}).value() == "12345678");
  }

  TEST_CASE("one that does not know the command, or has no number, is taken by what USB says") {
    for (const std::optional<Bytes>& answer :
         {std::optional<Bytes>(), std::optional(Bytes{0x03, 0x01, 0x01, 0x3F})}) {
      ScriptedHidKey scripted(kInfo);
      scripted.vendor_answer = answer;
      CHECK(read(scripted, {.path = "p", .usb_vendor = kYubico}).value() == std::nullopt);
      CHECK(read(scripted, {.path = "p", .usb_vendor = kYubico, .usb_serial = "AB12"}).value() ==
            "AB12");
    }
  }

  TEST_CASE("another maker's key is not asked what it cannot know") {
    ScriptedHidKey scripted(kInfo);
    scripted.vendor_answer = config();
    CHECK(read(scripted, {.path = "p", .usb_vendor = 0x20A0, .usb_serial = "AB12"}).value() ==
          "AB12");
    CHECK(read(scripted, {.path = "p"}).value() == std::nullopt);
  }

  TEST_CASE("a key that has left is no key without a number") {
    ScriptedHidKey scripted(kInfo);
    scripted.pull();
    CHECK(read(scripted, {.path = "p", .usb_vendor = kYubico}).error().code == ErrorCode::kGone);
  }

  TEST_CASE("only a whole list of tags is believed") {
    const auto whole = config();
    CHECK(serial_in_yubico_config(whole) == "12345678");
    CHECK_FALSE(serial_in_yubico_config({}).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(serial_in_yubico_config({whole.data(), size}).has_value());
    }
    CHECK_FALSE(serial_in_yubico_config(Bytes{0x02, 0x02, 0x05}).has_value());
    CHECK_FALSE(serial_in_yubico_config(Bytes{0x07, 0x02, 0x05, 1, 2, 3, 4, 5}).has_value());
    CHECK_FALSE(serial_in_yubico_config(Bytes{0x03, 0x02, 0x01, 0x00}).has_value());
  }
}
