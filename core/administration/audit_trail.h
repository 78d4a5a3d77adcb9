#pragma once
// Reading the audit trail, and checking that nobody has rewritten it. The names in it are for
// auditors: what a stranger typed in place of a name may well be a passcode.

#include <vector>

#include "core/administration/administration.h"
#include "core/audit.h"

namespace firstkey::core {

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
