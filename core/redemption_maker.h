#pragma once
// The one door through which a Redemption is made. Included by implementations of core::Verifier
// and by nothing else: holding a Redemption proves that a pass was redeemed.

#include <utility>

#include "core/verifier.h"

namespace firstkey::core {

class RedemptionMaker {
 public:
  [[nodiscard]] static Redemption make(SessionSnapshot snapshot) {
    return Redemption(std::move(snapshot));
  }
};

}  // namespace firstkey::core
