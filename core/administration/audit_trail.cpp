#include "core/administration/audit_trail.h"

#include <algorithm>
#include <deque>

#include "core/administration/listing.h"

namespace firstkey::core {

namespace {

bool matches(const AuditRow& row, const AuditQuery& query) {
  if (query.correlation && row.correlation != query.correlation.value()) return false;
  if (query.action) {
    const auto& wanted = query.action.value();
    const bool is_family = wanted.ends_with('.');
    if (is_family ? !row.action.starts_with(wanted) : row.action != wanted) return false;
  }
  if (query.reference) {
    const auto reference = row.details.find("reference");
    if (reference == row.details.end() || reference->second != query.reference.value()) {
      return false;
    }
  }
  return true;
}

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

/// Where to begin to meet the newest `limit` rows that match: without a filter, that many from the
/// end.
std::int64_t first_of_interest(ReadTransaction& view, const AuditQuery& query) {
  if (query.correlation || query.action || query.reference) return 1;
  const auto last = view.last_audit_row();
  const auto limit = static_cast<std::int64_t>(query.limit);
  return last && last->sequence > limit ? last->sequence - limit + 1 : 1;
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
        std::deque<AuditRow> newest;
        walk(act.view(), first_of_interest(act.view(), query), [&](const AuditRow& row) {
          if (!matches(row, query)) return true;
          newest.push_back(row);
          if (newest.size() > query.limit) newest.pop_front();
          return true;
        });
        if (!may_see_names) std::ranges::for_each(newest, strip_names);
        return std::vector<AuditRow>(newest.begin(), newest.end());
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
