#pragma once
// The world of a software key under test: a clock that stands still until told, seeded randomness,
// and a user whose answer the test sets.

#include "device/softkey/ports.h"

namespace firstkey::tests::softkey {

namespace sk = device::softkey;

class FakeClock final : public sk::Clock {
 public:
  [[nodiscard]] sk::Instant now() const override { return now_; }
  void advance(sk::Milliseconds by) { now_ += by; }

 private:
  sk::Instant now_{sk::Milliseconds{1'000'000}};
};

class FakeRandom final : public sk::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;  // Knuth's MMIX
      byte = static_cast<std::uint8_t>(state_ >> 56U);
    }
  }

 private:
  std::uint64_t state_ = 20261123;
};

class FakeUser final : public sk::UserPresence {
 public:
  void ask(sk::Instant /*now*/) override { ++questions; }
  [[nodiscard]] sk::Presence poll(sk::Instant /*now*/) override { return answer; }
  void power_cycle(sk::Instant /*now*/) override { ++power_cycles; }

  sk::Presence answer = sk::Presence::kGranted;
  int questions = 0;
  int power_cycles = 0;
};

}  // namespace firstkey::tests::softkey
