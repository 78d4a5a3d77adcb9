#include "core/audit_check.h"

#include <algorithm>

namespace firstkey::core {

namespace {

constexpr std::size_t kPage = 1'000;

bool has_erased(const AuditRow& row) {
  return std::ranges::any_of(row.personal,
                             [](const auto& entry) { return entry.second.is_erased(); });
}

Result<void> compare(const ChainHead& found, const ChainHead& registered) {
  if (found == registered) return {};
  return fail(ErrorCode::kAuditBroken,
              "chain " + std::to_string(registered.chain) + " ends with row " +
                  std::to_string(found.sequence) + " and was left at another: row " +
                  std::to_string(registered.sequence));
}

/// Compares what was found with the register, both in the order of chains. A registered chain may
/// have no rows yet.
Result<void> compare_all(const std::vector<ChainHead>& found,
                         const std::vector<ChainHead>& registered) {
  auto next = found.begin();
  for (const auto& head : registered) {
    const bool is_there = next != found.end() && next->chain == head.chain;
    if (auto same = compare(is_there ? *next : ChainHead{.chain = head.chain}, head); !same) {
      return same;
    }
    if (is_there) ++next;
  }
  if (next == found.end()) return {};
  return fail(ErrorCode::kAuditBroken,
              "chain " + std::to_string(next->chain) + " was never registered");
}

}  // namespace

Result<AuditSummary> check_audit_trail(ReadTransaction& view, const RowInspection& inspect) {
  AuditSummary summary;
  AuditPlace place;
  while (true) {
    const auto page = view.audit_rows(place, kPage);
    for (const auto& row : page) {
      if (summary.heads.empty() || summary.heads.back().chain != row.chain) {
        summary.heads.push_back({.chain = row.chain});
      }
      auto& head = summary.heads.back();
      if (auto verified = verify_audit_row(row, head); !verified) {
        return std::unexpected(verified.error());
      }
      if (inspect) {
        if (auto inspected = inspect(row); !inspected) return std::unexpected(inspected.error());
      }
      head = head_at(row);
      ++summary.rows;
      if (has_erased(row)) ++summary.redacted_rows;
    }
    if (page.size() < kPage) break;
    place = {.chain = page.back().chain, .sequence = page.back().sequence};
  }
  if (auto same = compare_all(summary.heads, view.audit_heads()); !same) {
    return std::unexpected(same.error());
  }
  return summary;
}

}  // namespace firstkey::core
