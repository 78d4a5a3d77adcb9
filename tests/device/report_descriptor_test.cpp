// HID report descriptors of FIDO keys, of other devices, and of nothing that is well-made.

#include "device/report_descriptor.h"

#include <doctest/doctest.h>

using firstkey::device::Bytes;
using firstkey::device::declares_fido;

namespace {

/// Source: CTAP 2.1 §11.2.8.1, the report descriptor it prints.
const Bytes kFidoKey{0x06, 0xD0, 0xF1, 0x09, 0x01, 0xA1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26,
                     0xFF, 0x00, 0x75, 0x08, 0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00,
                     0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x02, 0xC0};

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace

TEST_SUITE("device/report_descriptor") {
  TEST_CASE("FIDO is told from everything else") {
    const struct {
      std::string name;
      Bytes descriptor;
      bool is_fido;
    } descriptors[] = {
        {"a FIDO key", kFidoKey, true},
        {"a keyboard", {0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0}, false},
        {"the page before", {0x06, 0xCF, 0xF1, 0x09, 0x01}, false},
        {"the page after", {0x06, 0xD1, 0xF1, 0x09, 0x01}, false},
        {"the usage before", {0x06, 0xD0, 0xF1, 0x09, 0x00}, false},
        {"the usage after", {0x06, 0xD0, 0xF1, 0x09, 0x02}, false},
        {"the usage before its page", {0x09, 0x01, 0x06, 0xD0, 0xF1}, false},
        {"the usage on a later page", {0x06, 0xD0, 0xF1, 0x05, 0x01, 0x09, 0x01}, false},
        {"the second collection", Bytes{0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0} + kFidoKey, true},
        {"the page in four bytes", {0x07, 0xD0, 0xF1, 0x00, 0x00, 0x09, 0x01}, true},
        {"a usage that names its page", {0x0B, 0x01, 0x00, 0xD0, 0xF1}, true},
        {"a usage in two bytes", {0x06, 0xD0, 0xF1, 0x0A, 0x01, 0x00}, true},
        {"a usage of no bytes", {0x06, 0xD0, 0xF1, 0x08}, false},
        {"nothing", {}, false},
    };
    for (const auto& [name, descriptor, is_fido] : descriptors) {
      CAPTURE(name);
      CHECK(declares_fido(descriptor) == is_fido);
    }
  }

  TEST_CASE("a long item is stepped over, whatever its bytes look like") {
    const Bytes hides_fido{0xFE, 0x05, 0x70, 0x06, 0xD0, 0xF1, 0x09, 0x01};
    CHECK_FALSE(declares_fido(hides_fido));
    CHECK(declares_fido(hides_fido + kFidoKey));
  }

  TEST_CASE("cut off anywhere before its usage it is no FIDO key, and read no further") {
    constexpr std::size_t kThroughUsage = 5;
    for (std::size_t size = 0; size < kFidoKey.size(); ++size) {
      CAPTURE(size);
      const Bytes cut(kFidoKey.begin(), kFidoKey.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(declares_fido(cut) == (size >= kThroughUsage));
    }
    for (const Bytes& cut : {Bytes{0xFE}, Bytes{0xFE, 0x01}, Bytes{0xFE, 0x02, 0x70, 0x00}}) {
      CHECK_FALSE(declares_fido(cut));
    }
  }
}
