#include "core/administration/audit_trail.h"

#include <algorithm>

#include "core/administration/listing.h"

namespace firstkey::core {

namespace {

void strip_names(AuditRow& row) {
  for (auto& [name, field] : row.personal) {
    field.salt.clear();
    field.value.clear();
  }
}

}  // namespace

Result<std::vector<AuditRow>> AuditTrail::list(const AuditQuery& query) {
  return administration_.look<std::vector<AuditRow>>(
      "audit.list", [&](Act& act) -> Result<std::vector<AuditRow>> {
        if (auto allowed = act.authorise(Operation::kReadAudit); !allowed) {
          return std::unexpected(allowed.error());
        }
        if (auto checked = check_limit(query.limit); !checked) {
          return std::unexpected(checked.error());
        }
        const bool may_see_names = act.authorise(Operation::kReadAuditNames).has_value();
        auto rows = act.view().newest_audit_rows(query);
        if (!may_see_names) std::ranges::for_each(rows, strip_names);
        return rows;
      });
}

Result<AuditSummary> AuditTrail::verify() {
  return administration_.look<AuditSummary>("audit.verify", [](Act& act) -> Result<AuditSummary> {
    if (auto allowed = act.authorise(Operation::kReadAudit); !allowed) {
      return std::unexpected(allowed.error());
    }
    return check_audit_trail(act.view());
  });
}

}  // namespace firstkey::core
