#include "core/clock.h"

#include <array>
#include <charconv>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace firstkey::core {

namespace {

using std::chrono::microseconds;

Duration read_clock(clockid_t which) {
  timespec time{};
  if (clock_gettime(which, &time) != 0) throw std::runtime_error("the system clock cannot be read");
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec / 1000);
}

/// Reads exactly `digits` decimal digits from the front of `text` and drops them.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// ".25" -> 250 ms; nothing at all -> 0; a point without a digit or with more than nine -> error.
std::optional<Duration> take_fraction(std::string_view& text) {
  if (!take(text, ".")) return Duration{0};
  std::int64_t value = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits++ < 6) value = value * 10 + (text.front() - '0');
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 6; ++digits) value *= 10;
  return Duration{value};
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return std::chrono::minutes{0};
  const bool is_west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || hours.value() > 23 || minutes.value() > 59) return std::nullopt;
  const auto offset = std::chrono::hours(hours.value()) + std::chrono::minutes(minutes.value());
  return is_west ? -offset : offset;
}

}  // namespace

SystemClock::SystemClock() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  if (!(file >> boot_id_) || boot_id_.empty()) {
    throw std::runtime_error("/proc/sys/kernel/random/boot_id cannot be read: is /proc mounted?");
  }
}

ClockReading SystemClock::read() const {
  return {.wall = Instant(read_clock(CLOCK_REALTIME)),
          .since_boot = read_clock(CLOCK_BOOTTIME),
          .boot_id = boot_id_};
}

std::string to_rfc3339(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                          static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()),
                          static_cast<unsigned>(date.day()),
                          time.hours().count(),
                          time.minutes().count(),
                          time.seconds().count());
  if (const auto micros = time.subseconds().count(); micros != 0) {
    auto fraction = fmt::format(".{:06}", micros);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  return text + "Z";
}

std::optional<Instant> from_rfc3339(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, "Tt ")) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  const auto fraction = second ? take_fraction(text) : std::nullopt;
  const auto offset = fraction ? take_offset(text) : std::nullopt;
  if (!offset || !text.empty()) return std::nullopt;

  const std::chrono::year_month_day date(std::chrono::year(year.value()),
                                         std::chrono::month(static_cast<unsigned>(month.value())),
                                         std::chrono::day(static_cast<unsigned>(day.value())));
  if (!date.ok() || hour.value() > 23 || minute.value() > 59 || second.value() > 59) {
    return std::nullopt;
  }
  return Instant(std::chrono::sys_days(date).time_since_epoch()) +
         std::chrono::hours(hour.value()) + std::chrono::minutes(minute.value()) +
         std::chrono::seconds(second.value()) + fraction.value() - offset.value();
}

}  // namespace firstkey::core
