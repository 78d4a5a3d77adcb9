#pragma once
// Checking that nobody has rewritten the audit trail: every row of every chain against the one
// before it, and every chain against the register of chains.

#include <cstdint>
#include <functional>
#include <vector>

#include "core/audit.h"
#include "core/store.h"

namespace firstkey::core {

/// What a whole, unbroken trail comes to. Kept elsewhere, the heads show later that no row up to
/// them was changed or cut off.
struct AuditSummary {
  std::int64_t rows = 0;           ///< of all chains
  std::int64_t redacted_rows = 0;  ///< those of them that had a personal field erased
  std::vector<ChainHead> heads;    ///< in the order of chains; none in a trail without rows
};

/// What else is asked of each row, once it was found to follow.
using RowInspection = std::function<Result<void>(const AuditRow&)>;

/// Reads a page at a time. Errors: kAuditBroken, naming the row that was changed, removed or
/// reordered, or the chain that is not registered, is missing or ends elsewhere; those of
/// `inspect`.
[[nodiscard]] Result<AuditSummary> check_audit_trail(ReadTransaction& view,
                                                     const RowInspection& inspect = {});

}  // namespace firstkey::core
