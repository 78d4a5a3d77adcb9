#include "core/orphan.h"

namespace firstkey::core {

std::string_view to_string(OrphanCause cause) noexcept {
  switch (cause) {
    case OrphanCause::kTooLate:
      return "too_late";
    case OrphanCause::kCancelled:
      return "cancelled";
    case OrphanCause::kRefused:
      return "refused";
    case OrphanCause::kVerifierLost:
      return "verifier_lost";
    case OrphanCause::kWithdrawn:
      return "withdrawn";
  }
  return "unknown";  // a value outside the enumeration
}

}  // namespace firstkey::core
