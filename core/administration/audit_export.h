#pragma once
// The audit trail for somebody who does not trust this program: every row with its hash and the one
// before it, so that the chains can be checked from the export alone. In bounded memory.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/administration/administration.h"

namespace firstkey::core {

enum class AuditNames : std::uint8_t { kWithheld, kIncluded };

/// What of each chain is exported: one stretch of it without gaps, so that its hashes lead through.
struct AuditRange {
  std::optional<Instant> since;  ///< from the first row that is not older
  std::optional<Instant> until;  ///< up to, and without, the first row after that one so late
  AuditNames names = AuditNames::kWithheld;
};

class AuditExport {
 public:
  /// `administration` must outlive this.
  explicit AuditExport(Administration& administration) : administration_(administration) {}

  /// Hands `take` the rows of `range`, in the order of chains and sequences, until it returns
  /// false. Rows written meanwhile are left out. Errors: those of core/roles.h.
  [[nodiscard]] Result<void> run(const AuditRange& range,
                                 const std::function<bool(const AuditRow&)>& take);

 private:
  [[nodiscard]] Result<std::vector<ChainHead>> heads(AuditNames names);
  [[nodiscard]] Result<std::vector<AuditRow>> page_after(const AuditPlace& place, AuditNames names);

  Administration& administration_;
};

}  // namespace firstkey::core
