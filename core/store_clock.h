#pragma once
// The time decisions are made at. A store keeps a mark, raised in every write transaction, so that
// setting the wall clock back, suspending or rebooting can shorten a window but never lengthen it,
// nor revive a pass. Pure: the rule is in decide(), the mark in the store.
// Source: core/README.md, "Time".

#include <optional>
#include <string>

#include "core/clock.h"

namespace firstkey::core {

/// The highest decided instant, with the boot clock at that moment.
struct ClockMark {
  Instant utc;
  Duration since_boot{};
  std::string boot_id;

  friend bool operator==(const ClockMark&, const ClockMark&) = default;
};

enum class ClockCertainty {
  kCertain,
  /// After a reboot the wall clock is behind the mark: how long the machine was off cannot be told,
  /// so one-time sessions opened before must end (kClockUncertain).
  kWentBackOverReboot,
};

struct ClockDecision {
  Instant now;
  ClockMark mark;  ///< to be stored by a write transaction
  ClockCertainty certainty = ClockCertainty::kCertain;
};

/// Within a boot `now` is the later of the wall clock and the mark plus the boot clock's progress;
/// over a reboot it is the later of the wall clock and the mark.
[[nodiscard]] ClockDecision decide(const std::optional<ClockMark>& mark,
                                   const ClockReading& reading);

}  // namespace firstkey::core
