#include "core/store_clock.h"

#include <algorithm>

namespace firstkey::core {

ClockDecision decide(const std::optional<ClockMark>& mark, const ClockReading& reading) {
  const auto decided = [&](Instant now, ClockCertainty certainty) {
    return ClockDecision{
        .now = now,
        .mark = {.utc = now, .since_boot = reading.since_boot, .boot_id = reading.boot_id},
        .certainty = certainty};
  };
  if (!mark) return decided(reading.wall, ClockCertainty::kCertain);
  if (mark->boot_id == reading.boot_id) {
    // Another process may have raised the mark after this reading was taken: never go below it.
    const auto passed = std::max(Duration{0}, reading.since_boot - mark->since_boot);
    return decided(std::max(reading.wall, mark->utc + passed), ClockCertainty::kCertain);
  }
  if (reading.wall >= mark->utc) return decided(reading.wall, ClockCertainty::kCertain);
  return decided(mark->utc, ClockCertainty::kWentBackOverReboot);
}

ClockDecision decide_by_server(const std::vector<ClockMark>& marks, const ClockReading& reading) {
  const auto own = std::ranges::find(marks, reading.boot_id, &ClockMark::boot_id);
  auto now = reading.wall;
  for (const auto& mark : marks) now = std::max(now, mark.utc);
  auto certainty = ClockCertainty::kCertain;
  if (own != marks.end()) {
    // Within the skew the server is believed: our boot clock's own error must not add up.
    const auto expected = own->utc + std::max(Duration{0}, reading.since_boot - own->since_boot);
    if (reading.wall + kServerSkew < expected) now = std::max(now, expected);
  } else if (reading.wall + kServerSkew < now) {
    certainty = ClockCertainty::kWentBackOverReboot;
  }
  return {.now = now,
          .mark = {.utc = now, .since_boot = reading.since_boot, .boot_id = reading.boot_id},
          .certainty = certainty};
}

}  // namespace firstkey::core
