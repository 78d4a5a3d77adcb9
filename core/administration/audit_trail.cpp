#include "core/administration/audit_trail.h"

#include <algorithm>

#include "core/administration/listing.h"

namespace firstkey::core {

namespace {

/// Every row from `from` on in order, a page in memory at a time, until `visit` has seen enough.
void walk(ReadTransaction& view,
          std::int64_t from,
          const std::function<bool(const AuditRow&)>& visit) {
  while (true) {
    const auto page = view.audit_rows(from, kMaxPage);
    if (!std::ranges::all_of(page, visit) || page.size() < kMaxPage) return;
    from = page.back().sequence + 1;
  }
}

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
    AuditSummary summary;
    Result<void> verdict;
    walk(act.view(), 1, [&](const AuditRow& row) {
      verdict = verify_audit_row(row, summary.rows + 1, summary.last_hash);
      if (!verdict) return false;
      ++summary.rows;
      summary.last_hash = row.hash;
      return true;
    });
    if (!verdict) return std::unexpected(verdict.error());
    return summary;
  });
}

}  // namespace firstkey::core
