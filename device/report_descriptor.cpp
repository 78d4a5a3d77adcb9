#include "device/report_descriptor.h"

namespace firstkey::device {

namespace {

// Source: HID 1.11 §6.2.2.2 (short items: size in bits 0-1, type and tag above) and §6.2.2.3.
constexpr std::uint8_t kSizeMask = 0x03;
constexpr std::uint8_t kUsagePage = 0x04;
constexpr std::uint8_t kUsage = 0x08;
constexpr std::uint8_t kLongItem = 0xFE;
constexpr std::size_t kLongItemHeader = 3;  // prefix, size, tag
constexpr std::array<std::size_t, 4> kSizes{0, 1, 2, 4};

/// Usage page and usage as one number, which is how a usage of four bytes names both.
constexpr std::uint32_t kCtapHid = 0xF1D0'0001;

std::uint32_t little_endian(BytesView bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) number |= std::uint32_t{bytes[i]} << (8 * i);
  return number;
}

}  // namespace

bool declares_fido(BytesView descriptor) {
  std::uint32_t usage_page = 0;
  while (!descriptor.empty()) {
    const std::uint8_t prefix = descriptor.front();
    if (prefix == kLongItem) {
      if (descriptor.size() < kLongItemHeader) return false;
      const std::size_t length = kLongItemHeader + descriptor[1];
      if (descriptor.size() < length) return false;
      descriptor = descriptor.subspan(length);
      continue;
    }
    const std::size_t size = kSizes[prefix & kSizeMask];
    if (descriptor.size() < 1 + size) return false;
    const auto value = little_endian(descriptor.subspan(1, size));
    const auto item = static_cast<std::uint8_t>(prefix & ~kSizeMask);
    if (item == kUsagePage) usage_page = value;
    if (item == kUsage && (size == 4 ? value : usage_page << 16U | value) == kCtapHid) return true;
    descriptor = descriptor.subspan(1 + size);
  }
  return false;
}

}  // namespace firstkey::device
