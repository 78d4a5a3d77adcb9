#include "core/administration/audit_trail.h"

#include <algorithm>

#include "core/administration/listing.h"

namespace firstkey::core {

namespace {

Result<std::vector<AuditRow>> listed(Act& act, const AuditQuery& query) {
  if (auto allowed = act.authorise(Operation::kReadAudit); !allowed) {
    return std::unexpected(allowed.error());
  }
  if (auto checked = check_limit(query.limit); !checked) return std::unexpected(checked.error());
  const bool may_see_names = act.authorise(Operation::kReadAuditNames).has_value();
  auto rows = act.view().newest_audit_rows(query);
  if (!may_see_names) std::ranges::for_each(rows, withhold_names);
  return rows;
}

}  // namespace

void withhold_names(AuditRow& row) {
  for (auto& [name, field] : row.personal) {
    field.is_withheld = !field.is_erased();
    field.salt.clear();
    field.value.clear();
  }
}

Result<std::vector<AuditRow>> AuditTrail::list(const AuditQuery& query) {
  return administration_.look<std::vector<AuditRow>>("audit.list",
                                                     [&](Act& act) { return listed(act, query); });
}

Result<std::vector<AuditRow>> AuditTrail::story(const AuditSubject& subject, std::size_t limit) {
  return administration_.look<std::vector<AuditRow>>(
      "audit.list", [&](Act& act) -> Result<std::vector<AuditRow>> {
        // An empty correlation is that of rows that belong to no story.
        auto correlation = act.view().story_of(subject);
        auto rows = listed(act,
                           {.correlation = correlation.value_or(CorrelationId()),
                            .action = std::nullopt,
                            .reference = std::nullopt,
                            .limit = limit});
        return rows && !correlation ? std::vector<AuditRow>() : rows;
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
