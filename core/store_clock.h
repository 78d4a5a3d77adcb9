#pragma once
// The time decisions are made at. A store keeps a mark, raised in every write transaction, so that
// setting the wall clock back, suspending or rebooting can shorten a window but never lengthen it,
// nor revive a pass. Pure: the rule is in decide(), the mark in the store.
// Source: core/README.md, "Time".

#include <optional>
#include <string>
#include <vector>

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

/// The same where the wall clock is a database server's, and `reading` adds the boot clock of the
/// machine that asks it: `marks` are one for each machine that ever asked. A server that is behind
/// what its marks or our boot clock say, by more than servers that replace each other may differ,
/// was set back: then our boot clock tells how long it has been since our own mark, and without one
/// nobody can tell. `mark` is the one of our machine.
[[nodiscard]] ClockDecision decide_by_server(const std::vector<ClockMark>& marks,
                                             const ClockReading& reading);

/// How far the clocks of servers that replace each other may differ.
inline constexpr Duration kServerSkew = std::chrono::seconds(1);

}  // namespace firstkey::core
