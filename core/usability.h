#pragma once
// Whether a pass can be used now, and if not, why: one function, asked wherever it matters.

#include <optional>
#include <span>

#include "core/error.h"
#include "core/pass.h"
#include "core/policy.h"
#include "core/user.h"

namespace firstkey::core {

/// What a pass's usability depends on besides itself.
struct UsabilityContext {
  const PassPolicy& policy;
  const User& user;
  std::size_t administrators = 0;  ///< a bootstrap pass is void once there are two
};

/// Whether any of `targets` is the user, a group of theirs, or everybody.
[[nodiscard]] bool is_targeted(const User& user, std::span<const Target> targets);

/// Included by a target and excluded by none.
[[nodiscard]] bool is_in_scope(const User& user, const PassPolicy& policy);

/// Why the policies do not let `pass` be used, whatever the time: kUserDisabled, kUserOutOfScope or
/// kPassDisabledByPolicy. Nothing if they do.
[[nodiscard]] std::optional<ErrorCode> forbidden_by_policy(const Pass& pass,
                                                           const UsabilityContext& context);

/// In this order: the policies, used, expired, not yet valid. Valid: start <= now < end.
/// Source: Graph methodUsabilityReason.
[[nodiscard]] UsabilityReason usability_at(const Pass& pass,
                                           const UsabilityContext& context,
                                           Instant now);

}  // namespace firstkey::core
