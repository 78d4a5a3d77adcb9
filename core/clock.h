#pragma once
// Time as firstkey sees it. Instants are microseconds UTC since 1970 in an int64, everywhere; the
// only way to the operating system's time is a Clock, so that every limit can be tested at its
// edge.

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firstkey::core {

using Duration = std::chrono::duration<std::int64_t, std::micro>;
/// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
using Instant = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// One look at the clocks. Bootless systems do not exist here: `boot_id` is never empty.
struct ClockReading {
  Instant wall;           ///< CLOCK_REALTIME: can be set, jumps, goes backwards
  Duration since_boot{};  ///< CLOCK_BOOTTIME: counts suspend too, only ever rises within a boot
  std::string boot_id;    ///< /proc/sys/kernel/random/boot_id: a new one each boot

  friend bool operator==(const ClockReading&, const ClockReading&) = default;
};

class Clock {
 public:
  virtual ~Clock() = default;
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  /// Threads: any.
  [[nodiscard]] virtual ClockReading read() const = 0;
};

class SystemClock final : public Clock {
 public:
  SystemClock();
  [[nodiscard]] ClockReading read() const override;

 private:
  std::string boot_id_;
};

/// RFC 3339 in UTC with microseconds, the trailing zeros cut: "2026-05-01T12:00:00.25Z".
[[nodiscard]] std::string to_rfc3339(Instant instant);
/// Takes RFC 3339 with any offset and 0..9 fractional digits; digits past the sixth are cut.
[[nodiscard]] std::optional<Instant> from_rfc3339(std::string_view text);

}  // namespace firstkey::core
