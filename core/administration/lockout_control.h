#pragma once
// Administration of lock-outs. A store knows the names and stations behind its counters only by
// their keyed hashes: a name of the directory is found again by hashing it, any other stays
// unnamed.

#include <optional>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/lockout.h"
#include "core/pepper.h"

namespace firstkey::core {

struct LockoutView {
  LockoutScope scope = LockoutScope::kName;
  Sha256 key{};
  std::optional<std::string> user_name;  ///< of a counter of a name that is in the directory
  int attempts = 0;
  Instant last_at;
  std::optional<Instant> blocked_until;  ///< when attempts are taken again; nothing: now…
  bool needs_clearing = false;           ///< …unless this: then only once staff clear it
};

class LockoutControl {
 public:
  /// Both must outlive this.
  LockoutControl(Administration& administration, const Pepper& pepper)
      : administration_(administration), pepper_(pepper) {}

  /// Names are told for the first 10,000 users of the directory. Errors: kPepperUnreadable.
  [[nodiscard]] Result<std::vector<LockoutView>> list();

  /// Forgets the attempts at a name, in the directory or not, over all stations, and its pauses at
  /// those `stations`. Errors: kInvalidArgument, kNotFound (nothing was counted),
  /// kPepperUnreadable.
  [[nodiscard]] Result<void> clear_name(const std::string& name,
                                        const std::vector<StationId>& stations);

  /// Forgets the attempts at a station over all names. Errors: those of clear_name().
  [[nodiscard]] Result<void> clear_station(const StationId& station);

 private:
  Administration& administration_;
  const Pepper& pepper_;
};

}  // namespace firstkey::core
