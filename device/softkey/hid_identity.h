#pragma once
// What the software key tells a kernel about itself when it is a HID device of that kernel's own.

#include <array>
#include <cstdint>

namespace firstkey::device::softkey {

/// pid.codes' vendor id and the first of the product ids it keeps for tests: nobody's product.
inline constexpr std::uint16_t kVendorId = 0x1209;
inline constexpr std::uint16_t kProductId = 0x0001;
inline constexpr std::uint16_t kDeviceRelease = 0x0100;  ///< 1.00, in BCD
inline constexpr const char* kManufacturer = "firstkey";
inline constexpr const char* kProductName = "firstkey software key";

/// One FIDO application with a report of 64 bytes each way. Source: CTAP 2.1 §11.2.8.1.
inline constexpr std::array<std::uint8_t, 34> kReportDescriptor{
    0x06, 0xD0, 0xF1,  // usage page: FIDO alliance
    0x09, 0x01,        // usage: CTAPHID
    0xA1, 0x01,        // collection: application
    0x09, 0x20,        //   usage: data in
    0x15, 0x00,        //   logical minimum: 0
    0x26, 0xFF, 0x00,  //   logical maximum: 255
    0x75, 0x08,        //   report size: 8 bits
    0x95, 0x40,        //   report count: 64
    0x81, 0x02,        //   input: data, variable, absolute
    0x09, 0x21,        //   usage: data out
    0x15, 0x00,        //   logical minimum: 0
    0x26, 0xFF, 0x00,  //   logical maximum: 255
    0x75, 0x08,        //   report size: 8 bits
    0x95, 0x40,        //   report count: 64
    0x91, 0x02,        //   output: data, variable, absolute
    0xC0,              // end of collection
};

}  // namespace firstkey::device::softkey
