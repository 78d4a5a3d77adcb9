#pragma once
// A seeded source of randomness: the same seed, the same run. SplitMix64, which is no CSPRNG.

#include <cstdint>
#include <span>

#include "core/random.h"

namespace firstkey::tests {

class FakeRandom final : public core::Random {
 public:
  explicit FakeRandom(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next() >> 32U);
  }

 private:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t value = state_;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace firstkey::tests
