#pragma once
// A clock that stands still until told otherwise, so that limits are tested at their edges. Its
// verbs are what happens to real clocks: time passes, somebody sets the wall clock, the machine
// reboots.

#include <mutex>
#include <string>

#include "core/clock.h"

namespace firstkey::tests {

class FakeClock final : public core::Clock {
 public:
  /// Starts at 2026-05-01T12:00:00Z, one hour after boot.
  FakeClock()
      : reading_{.wall = core::Instant(std::chrono::seconds(1777636800)),
                 .since_boot = std::chrono::hours(1),
                 .boot_id = "boot-1"} {}

  [[nodiscard]] core::ClockReading read() const override {
    const std::lock_guard lock(mutex_);
    return reading_;
  }

  /// Time passes, suspended or not.
  void advance(core::Duration by) {
    const std::lock_guard lock(mutex_);
    reading_.wall += by;
    reading_.since_boot += by;
  }
  /// Somebody sets the wall clock `by` forward (or back, when negative).
  void set_wall_by(core::Duration by) {
    const std::lock_guard lock(mutex_);
    reading_.wall += by;
  }
  /// The machine is switched off, `off` long, and boots with a wall clock that ran on.
  void reboot(core::Duration off) {
    const std::lock_guard lock(mutex_);
    reading_.wall += off;
    reading_.since_boot = std::chrono::seconds(10);
    reading_.boot_id = "boot-" + std::to_string(++boots_);
  }
  [[nodiscard]] core::Instant wall() const { return read().wall; }

 private:
  mutable std::mutex mutex_;
  core::ClockReading reading_;
  int boots_ = 1;
};

}  // namespace firstkey::tests
