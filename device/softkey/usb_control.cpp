#include "device/softkey/usb_control.h"

#include <string_view>

#include "device/softkey/hid_frontend.h"
#include "device/softkey/hid_identity.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::uint8_t low(std::uint16_t value) {
  return static_cast<std::uint8_t>(value);
}
constexpr std::uint8_t high(std::uint16_t value) {
  return static_cast<std::uint8_t>(value >> 8U);
}

// Request type and request, as they stand in the packet.
constexpr std::uint16_t kGetDeviceStatus = 0x8000;
constexpr std::uint16_t kGetInterfaceStatus = 0x8100;
constexpr std::uint16_t kGetEndpointStatus = 0x8200;
constexpr std::uint16_t kClearEndpointFeature = 0x0201;
constexpr std::uint16_t kGetDescriptor = 0x8006;
constexpr std::uint16_t kGetInterfaceDescriptor = 0x8106;
constexpr std::uint16_t kGetConfiguration = 0x8008;
constexpr std::uint16_t kSetConfiguration = 0x0009;
constexpr std::uint16_t kSetInterface = 0x010B;
constexpr std::uint16_t kSetIdle = 0x210A;

constexpr std::uint8_t kDeviceType = 0x01;
constexpr std::uint8_t kConfigurationType = 0x02;
constexpr std::uint8_t kStringType = 0x03;
constexpr std::uint8_t kInterfaceType = 0x04;
constexpr std::uint8_t kEndpointType = 0x05;
constexpr std::uint8_t kHidType = 0x21;
constexpr std::uint8_t kReportType = 0x22;

constexpr std::uint8_t kManufacturerString = 1;
constexpr std::uint8_t kProductString = 2;
constexpr std::uint8_t kInterval = 5;  // ms between the host's polls, as of keys in the field
constexpr std::uint8_t kHalfMilliamperes = 50;  // 100 mA: what a host grants any device

constexpr std::array<std::uint8_t, 18> kDevice{
    18,
    kDeviceType,
    0x00,
    0x02,  // USB 2.0
    0,
    0,
    0,   // class: each interface's own
    64,  // largest packet on the control endpoint
    low(kVendorId),
    high(kVendorId),
    low(kProductId),
    high(kProductId),
    low(kDeviceRelease),
    high(kDeviceRelease),
    kManufacturerString,
    kProductString,
    0,  // no serial number, as FIDO keys have none
    1,  // configurations
};

constexpr std::array<std::uint8_t, 9> kHid{
    9,
    kHidType,
    0x11,
    0x01,  // HID 1.11
    0,
    1,
    kReportType,  // no country; one descriptor
    low(kReportDescriptor.size()),
    high(kReportDescriptor.size()),
};

constexpr std::array<std::uint8_t, 18> kConfigurationAndInterface{
    9,
    kConfigurationType,
    41,
    0,  // the length of all that follows, itself included
    1,
    1,
    0,  // one interface; number 1; no name
    0x80,
    kHalfMilliamperes,  // powered by the bus
    9,
    kInterfaceType,
    0,
    0,  // interface 0 without alternatives
    2,
    3,
    0,
    0,
    0,  // two endpoints; HID, no boot protocol; no name
};

constexpr std::array<std::uint8_t, 14> kEndpoints{
    7,
    kEndpointType,
    0x80 | kInterruptEndpoint,
    3,
    kReportSize,
    0,
    kInterval,  // in, interrupt
    7,
    kEndpointType,
    kInterruptEndpoint,
    3,
    kReportSize,
    0,
    kInterval,  // out, interrupt
};
static_assert(kConfigurationAndInterface.size() + kHid.size() + kEndpoints.size() == 41);

Bytes configuration() {
  Bytes all(kConfigurationAndInterface.begin(), kConfigurationAndInterface.end());
  append(all, kHid);
  append(all, kEndpoints);
  return all;
}

Bytes string_descriptor(std::string_view ascii) {
  Bytes descriptor{static_cast<std::uint8_t>(2 + 2 * ascii.size()), kStringType};
  for (const char letter : ascii) {
    descriptor.push_back(static_cast<std::uint8_t>(letter));
    descriptor.push_back(0);
  }
  return descriptor;
}

std::optional<Bytes> string_number(std::uint8_t number) {
  switch (number) {
    case 0:
      return Bytes{4, kStringType, 0x09, 0x04};  // the languages there are: US English
    case kManufacturerString:
      return string_descriptor(kManufacturer);
    case kProductString:
      return string_descriptor(kProductName);
    default:
      return {};
  }
}

std::optional<Bytes> descriptor(std::uint16_t value) {
  switch (high(value)) {
    case kDeviceType:
      return Bytes(kDevice.begin(), kDevice.end());
    case kConfigurationType:
      return configuration();
    case kStringType:
      return string_number(low(value));
    case kHidType:
      return Bytes(kHid.begin(), kHid.end());
    case kReportType:
      return Bytes(kReportDescriptor.begin(), kReportDescriptor.end());
    default:
      return {};
  }
}

std::optional<Bytes> answer_in_full(const UsbSetup& setup) {
  switch ((setup.type << 8U) | setup.request) {
    case kGetDescriptor:
    case kGetInterfaceDescriptor:
      return descriptor(setup.value);
    case kGetDeviceStatus:
    case kGetInterfaceStatus:
    case kGetEndpointStatus:
      return Bytes{0, 0};
    case kGetConfiguration:
      return Bytes{1};
    case kSetConfiguration:
    case kSetInterface:
    case kSetIdle:
    case kClearEndpointFeature:
      return Bytes{};
    default:
      return {};
  }
}

}  // namespace

UsbSetup parse_setup(std::span<const std::uint8_t, 8> bytes) {
  const auto word = [&](std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] | (bytes[at + 1] << 8U));
  };
  return {bytes[0], bytes[1], word(2), word(4), word(6)};
}

std::optional<Bytes> answer_control(const UsbSetup& setup) {
  auto answer = answer_in_full(setup);
  if (answer && answer->size() > setup.length) answer->resize(setup.length);
  return answer;
}

}  // namespace firstkey::device::softkey
