#pragma once
// Erasing names of people from the audit trail, which stays unbroken: the commitments that its
// hashes cover remain. Who erased for whom, and in how many rows, becomes a row itself. What
// happened, and to which ids, stays.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/administration/administration.h"

namespace firstkey::core {

/// Which fields of which row.
struct AuditErasure {
  AuditPlace place;
  std::set<std::string> fields;
};

/// What a redaction came to.
struct Redaction {
  std::size_t rows = 0;  ///< in which a name was erased by it
  /// Why the store's files may still have bytes of the names, if they may: to be repeated.
  std::optional<Error> left_behind;
};

class AuditRedaction {
 public:
  /// `administration` must outlive this.
  explicit AuditRedaction(Administration& administration) : administration_(administration) {}

  /// Erases the names that somebody acted, was acted on or was typed under, in the rows written so
  /// far. A person who is no longer in the directory is found by the id or the name in the trail.
  /// Errors: those of core/roles.h.
  [[nodiscard]] Result<Redaction> redact_user(const UserReference& reference);

  /// Erases every personal field of one row: names, stations, addresses.
  /// Errors: kNotFound; those of core/roles.h, for whoever the row names and is in the directory.
  [[nodiscard]] Result<Redaction> redact_row(const AuditPlace& place);

 private:
  /// Asks whether the actor may, in the transaction that erases, and notes what is redacted.
  using Authorise = std::function<Result<void>(Act&)>;
  [[nodiscard]] Result<Redaction> erase(const std::vector<AuditErasure>& erasures,
                                        const Authorise& authorise);

  Administration& administration_;
};

}  // namespace firstkey::core
