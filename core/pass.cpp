#include "core/pass.h"

namespace firstkey::core {

std::string_view to_string(UsabilityReason reason) noexcept {
  switch (reason) {
    case UsabilityReason::kEnabledByPolicy:
      return "EnabledByPolicy";
    case UsabilityReason::kDisabledByPolicy:
      return "DisabledByPolicy";
    case UsabilityReason::kNotYetValid:
      return "NotYetValid";
    case UsabilityReason::kExpired:
      return "Expired";
    case UsabilityReason::kOneTimeUsed:
      return "OneTimeUsed";
  }
  return "DisabledByPolicy";
}

}  // namespace firstkey::core
