#pragma once
// The input of a fuzzer taken as a script: small numbers and byte strings, one after the other.
// What is not there reads as zero, so that every input is a script.

#include <algorithm>

#include "device/types.h"

namespace firstkey::tests {

class InputScript {
 public:
  explicit InputScript(device::BytesView input) : rest_(input) {}

  [[nodiscard]] bool is_over() const { return rest_.empty(); }
  [[nodiscard]] std::uint8_t byte() {
    const auto first = take(1);
    return first.empty() ? std::uint8_t{0} : first.front();
  }
  /// Two bytes, the higher first.
  [[nodiscard]] std::uint16_t word() {
    const auto high = byte();
    return static_cast<std::uint16_t>(high << 8U | byte());
  }
  /// `count` bytes, or those that are left.
  [[nodiscard]] device::BytesView take(std::size_t count) {
    const auto taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  device::BytesView rest_;
};

}  // namespace firstkey::tests
