#pragma once
// Reading the audit trail, and checking that nobody has rewritten it. The names in it are for
// auditors: what a stranger typed in place of a name may well be a passcode.

#include <vector>

#include "core/administration/administration.h"
#include "core/audit_check.h"

namespace firstkey::core {

/// Takes the values and salts out of a row that is for somebody who may not see names.
void withhold_names(AuditRow& row);

class AuditTrail {
 public:
  /// `administration` must outlive this.
  explicit AuditTrail(Administration& administration) : administration_(administration) {}

  /// The newest rows that match, oldest first. Personal fields are empty unless the actor may read
  /// names. Errors: kInvalidArgument.
  [[nodiscard]] Result<std::vector<AuditRow>> list(const AuditQuery& query);

  /// The newest rows, at most `limit` of 1..1000, of the story that a pass or a credential belongs
  /// to, whether they are still there or not; none if the trail knows of no such subject.
  /// Errors: kInvalidArgument.
  [[nodiscard]] Result<std::vector<AuditRow>> story(const AuditSubject& subject, std::size_t limit);

  /// Checks every row of every chain. Errors: those of check_audit_trail.
  [[nodiscard]] Result<AuditSummary> verify();

 private:
  Administration& administration_;
};

}  // namespace firstkey::core
