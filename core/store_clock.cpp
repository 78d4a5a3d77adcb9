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

}  // namespace firstkey::core
