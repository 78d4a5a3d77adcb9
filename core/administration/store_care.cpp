#include "core/administration/store_care.h"

#include "core/administration/pass_ending.h"

namespace firstkey::core {

Result<ClockState> StoreCare::clock() {
  return administration_.look<ClockState>("clock.show", [&](Act& act) -> Result<ClockState> {
    if (auto allowed = act.authorise(Operation::kReadStore); !allowed) {
      return std::unexpected(allowed.error());
    }
    const auto decision = act.view().clock();
    return ClockState{
        .reading = clock_.read(), .now = decision.now, .certainty = decision.certainty};
  });
}

Result<ClockReset> StoreCare::reset_clock() {
  return administration_.act<ClockReset>(
      "clock.reset", [&](Act& act) -> Result<Effect<ClockReset>> {
        if (auto allowed = act.authorise(Operation::kResetClock); !allowed) {
          return std::unexpected(allowed.error());
        }
        const auto wall = clock_.read().wall;
        act.note("from", to_rfc3339(act.now()));
        act.note("to", to_rfc3339(wall));
        return [now = act.now()](WriteTransaction& transaction) {
          const auto ended =
              end_all(transaction, PassEnding::kClockReset, ErrorCode::kClockUncertain, now);
          transaction.delete_lockouts_before(Instant::max());
          transaction.reset_clock_mark();
          return ClockReset{.passes = ended.passes, .sessions = ended.sessions};
        };
      });
}

Result<void> StoreCare::check() {
  const auto allowed = administration_.look<void>(
      "store.check", [](Act& act) { return act.authorise(Operation::kReadStore); });
  if (!allowed) return allowed;
  return administration_.store().check();
}

Result<void> StoreCare::authorise_copy() {
  return administration_.look<void>(
      "store.copy", [](Act& act) { return act.authorise(Operation::kBackUpStore); });
}

Result<void> StoreCare::back_up(const std::string& path) {
  const auto allowed = administration_.look<void>(
      "store.backup", [](Act& act) { return act.authorise(Operation::kBackUpStore); });
  if (!allowed) return allowed;
  // A copy cannot be made inside a transaction; what came of it is recorded in one after it.
  const auto copied = administration_.store().back_up(path);
  return administration_.act<void>("store.backup", [&](Act&) -> Result<Effect<void>> {
    if (!copied) return std::unexpected(copied.error());
    return [](WriteTransaction&) {};
  });
}

}  // namespace firstkey::core
