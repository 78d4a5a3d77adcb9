#pragma once
// How many lock-out counters there are, as far as this program knows. A number that every
// transaction both reads and changes would let only one of them commit at a time, so it is counted
// now and then, and kept up with what this program itself commits in between.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/clock.h"

namespace firstkey::core {

class LockoutCount {
 public:
  [[nodiscard]] std::size_t value() const noexcept {
    const auto known = counters_.load();
    return known < 0 ? 0 : static_cast<std::size_t>(known);
  }
  void change_by(std::int64_t counters) noexcept { counters_ += counters; }
  /// True once a minute to one caller, who then has to count.
  [[nodiscard]] bool is_due(Duration since_boot) noexcept {
    constexpr auto kInterval = std::chrono::minutes(1);
    auto counted_at = counted_at_.load();
    const auto now = since_boot.count();
    const bool is_old = counted_at < 0 || now - counted_at >= Duration(kInterval).count();
    return is_old && counted_at_.compare_exchange_strong(counted_at, now);
  }
  void set(std::int64_t counters) noexcept { counters_ = counters; }

 private:
  std::atomic<std::int64_t> counters_ = 0;
  std::atomic<std::int64_t> counted_at_ = -1;  ///< microseconds since boot; -1: never
};

}  // namespace firstkey::core
