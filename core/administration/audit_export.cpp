#include "core/administration/audit_export.h"

#include <algorithm>

#include "core/administration/audit_trail.h"
#include "core/administration/listing.h"

namespace firstkey::core {

namespace {

constexpr const char* kAction = "audit.export";

Result<void> authorise_export(const Act& act, AuditNames names) {
  if (auto allowed = act.authorise(Operation::kReadAudit); !allowed) return allowed;
  if (names == AuditNames::kWithheld) return {};
  return act.authorise(Operation::kReadAuditNames);
}

/// Goes along a chain and says which of its rows lie in the range.
class Stretch {
 public:
  explicit Stretch(const AuditRange& range) : range_(range) {}

  /// Whether `row`, the next of the chain, belongs to it.
  [[nodiscard]] bool takes(const AuditRow& row) {
    has_begun_ = has_begun_ || !range_.since || row.at >= range_.since.value();
    has_ended_ = has_ended_ || (has_begun_ && range_.until && row.at >= range_.until.value());
    return has_begun_ && !has_ended_;
  }
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  const AuditRange& range_;
  bool has_begun_ = false;
  bool has_ended_ = false;
};

}  // namespace

Result<std::vector<ChainHead>> AuditExport::heads(AuditNames names) {
  return administration_.look<std::vector<ChainHead>>(
      kAction, [&](Act& act) -> Result<std::vector<ChainHead>> {
        if (auto allowed = authorise_export(act, names); !allowed) {
          return std::unexpected(allowed.error());
        }
        return act.view().audit_heads();
      });
}

Result<std::vector<AuditRow>> AuditExport::page_after(const AuditPlace& place, AuditNames names) {
  return administration_.look<std::vector<AuditRow>>(
      kAction, [&](Act& act) -> Result<std::vector<AuditRow>> {
        if (auto allowed = authorise_export(act, names); !allowed) {
          return std::unexpected(allowed.error());
        }
        auto page = act.view().audit_rows(place, kMaxPage);
        if (names == AuditNames::kWithheld) std::ranges::for_each(page, withhold_names);
        return page;
      });
}

Result<void> AuditExport::run(const AuditRange& range,
                              const std::function<bool(const AuditRow&)>& take) {
  const auto ends = heads(range.names);
  if (!ends) return std::unexpected(ends.error());
  for (const auto& end : ends.value()) {
    Stretch stretch(range);
    AuditPlace place{.chain = end.chain, .sequence = 0};
    // A snapshot a page, so that a slow reader of the export keeps no version of the store alive.
    while (place.sequence < end.sequence && !stretch.has_ended()) {
      const auto page = page_after(place, range.names);
      if (!page) return std::unexpected(page.error());
      for (const auto& row : page.value()) {
        if (row.chain != end.chain || row.sequence > end.sequence) break;
        place.sequence = row.sequence;
        if (stretch.takes(row) && !take(row)) return {};
      }
      if (page->empty() || page->back().chain != end.chain) break;
    }
  }
  return {};
}

}  // namespace firstkey::core
