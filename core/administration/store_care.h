#pragma once
// Looking after a store: its clock, its soundness, its backups.

#include <string>

#include "core/administration/administration.h"
#include "core/clock.h"

namespace firstkey::core {

struct ClockState {
  ClockReading reading;
  Instant now;  ///< what decisions are made at
  ClockCertainty certainty = ClockCertainty::kCertain;

  /// How far decisions run ahead of the wall clock: since it was set back, or before, too far
  /// forward.
  [[nodiscard]] Duration ahead() const { return now - reading.wall; }
};

/// What a reset ended.
struct ClockReset {
  std::size_t passes = 0;
  std::size_t sessions = 0;
};

class StoreCare {
 public:
  /// Both must outlive this.
  StoreCare(Administration& administration, const Clock& clock)
      : administration_(administration), clock_(clock) {}

  [[nodiscard]] Result<ClockState> clock();

  /// Believes the wall clock from now on. Nobody can tell any more when a pass or session ends, so
  /// every pass is deleted, expired ones too, which the reset might revive; open sessions end; and
  /// the attempts that were counted, at instants that may lie ahead, are forgotten.
  [[nodiscard]] Result<ClockReset> reset_clock();

  /// Errors: kStoreDamaged, kAuditBroken.
  [[nodiscard]] Result<void> check();

  /// Whether the store may be copied into another, which the copy's own trail tells of.
  [[nodiscard]] Result<void> authorise_copy();

  /// A consistent copy at `path`, which must not exist. Errors: kAlreadyExists and those of the
  /// store.
  [[nodiscard]] Result<void> back_up(const std::string& path);

 private:
  Administration& administration_;
  const Clock& clock_;
};

}  // namespace firstkey::core
