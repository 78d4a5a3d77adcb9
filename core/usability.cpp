#include "core/usability.h"

#include <algorithm>

namespace firstkey::core {

bool is_targeted(const User& user, std::span<const Target> targets) {
  return std::ranges::any_of(targets, [&](const Target& target) {
    if (target.kind == Target::Kind::kUser) return target.id == user.id.text();
    return target.id == kAllUsers || std::ranges::find(user.groups, target.id) != user.groups.end();
  });
}

bool is_in_scope(const User& user, const PassPolicy& policy) {
  return is_targeted(user, policy.include_targets) && !is_targeted(user, policy.exclude_targets);
}

std::optional<ErrorCode> forbidden_by_policy(const Pass& pass, const UsabilityContext& context) {
  if (context.policy.state == PolicyState::kDisabled) return ErrorCode::kPassDisabledByPolicy;
  if (!context.user.is_enabled) return ErrorCode::kUserDisabled;
  if (!is_in_scope(context.user, context.policy)) return ErrorCode::kUserOutOfScope;
  if (context.policy.is_usable_once && !pass.is_one_time) return ErrorCode::kPassDisabledByPolicy;
  if (pass.is_bootstrap && context.administrators > 1) return ErrorCode::kPassDisabledByPolicy;
  return std::nullopt;
}

UsabilityReason usability_at(const Pass& pass, const UsabilityContext& context, Instant now) {
  if (forbidden_by_policy(pass, context)) return UsabilityReason::kDisabledByPolicy;
  if (pass.is_one_time && pass.redeemed_at) return UsabilityReason::kOneTimeUsed;
  if (now >= pass.end()) return UsabilityReason::kExpired;
  if (now < pass.start_at) return UsabilityReason::kNotYetValid;
  return UsabilityReason::kEnabledByPolicy;
}

}  // namespace firstkey::core
