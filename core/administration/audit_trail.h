#pragma once
// Reading the audit trail, and checking that nobody has rewritten it. The names in it are for
// auditors: what a stranger typed in place of a name may well be a passcode.

#include <optional>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/audit.h"

namespace firstkey::core {

/// Which rows; what is not set does not matter.
struct AuditQuery {
  std::optional<CorrelationId> correlation;  ///< one pass's story
  std::optional<std::string> action;         ///< "pass.issue"; "pass." takes all that begin so
  std::optional<std::string> reference;      ///< what a refused person was told
  std::size_t limit = 100;                   ///< 1..1000: the newest that match
};

/// What a whole, unbroken chain comes to. Kept elsewhere, `last_hash` shows later that no row up to
/// it was changed or cut off.
struct AuditSummary {
  std::int64_t rows = 0;
  Sha256 last_hash{};
};

class AuditTrail {
 public:
  /// `administration` must outlive this.
  explicit AuditTrail(Administration& administration) : administration_(administration) {}

  /// The newest rows that match, oldest first. Personal fields are empty unless the actor may read
  /// names. Errors: kInvalidArgument.
  [[nodiscard]] Result<std::vector<AuditRow>> list(const AuditQuery& query);

  /// Checks every row of the chain, a page at a time. Errors: kAuditBroken, naming the row.
  [[nodiscard]] Result<AuditSummary> verify();

 private:
  Administration& administration_;
};

}  // namespace firstkey::core
