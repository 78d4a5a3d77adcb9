#pragma once
// What a refusal of the verifier means for a ceremony: one row a core::ErrorCode. Pure.

#include "core/error.h"

namespace firstkey::enroll {

enum class VerdictMeaning {
  kWindowOver,  ///< too late: the ceremony has expired
  kTryAgain,    ///< the challenge is to blame: a fresh one, the same key
  kOtherKey,    ///< the key or what it made is to blame: another one may do
  kOver,        ///< nothing this ceremony can do helps
  kUnknown,     ///< no verdict: the same call is repeated, which the verifier allows
};

[[nodiscard]] VerdictMeaning meaning_of(core::ErrorCode code) noexcept;

}  // namespace firstkey::enroll
