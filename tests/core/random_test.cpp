#include "core/random.h"

#include <array>
#include <stdexcept>

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"

using firstkey::core::SystemRandom;
using firstkey::tests::FakeRandom;

TEST_SUITE("core/random") {
  TEST_CASE("below() hits every value of its range about equally often") {
    FakeRandom random(7);
    std::array<int, 31> hits{};
    for (int i = 0; i < 31'000; ++i) ++hits.at(random.below(31));
    for (const int count : hits) {
      CHECK(count > 850);
      CHECK(count < 1150);
    }
    CHECK_THROWS_AS((void)random.below(0), std::invalid_argument);
  }

  TEST_CASE("below() draws again instead of folding the surplus back") {
    // 0xFFFFFFFF is surplus for a bound of 3·2^30: folded it would favour small values.
    class Scripted final : public firstkey::core::Random {
     public:
      void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) byte = draws_ < 4 ? 0xFF : 0x00;
        draws_ += static_cast<int>(out.size());
      }
      int draws_ = 0;
    };
    Scripted random;
    CHECK(random.below(3U << 30U) == 0);
    CHECK(random.draws_ == 8);
  }

  TEST_CASE("the system's source fills all it is given and does not repeat") {
    SystemRandom random;
    CHECK(random.bytes(32) != random.bytes(32));
    CHECK(random.secret(32).size() == 32);
  }
}
