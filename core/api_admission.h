#pragma once
// Which API credential a caller holds, judged from what it shows inside a transaction of its own:
// one that was revoked is refused from the next call on. What it may do is judged by each act
// (core/administration/act.h) again.

#include <chrono>
#include <string>

#include "core/api_credential.h"
#include "core/result.h"
#include "core/store.h"

namespace firstkey::core {

/// How exactly the last use of a credential is told. Source: ours: one write an hour at most.
inline constexpr std::chrono::hours kUseGrain{1};

class ApiAdmission {
 public:
  /// `store` must outlive this.
  explicit ApiAdmission(Store& store) : store_(store) {}

  /// The credential whose secret `shown` is, as text. Writes nothing but, once an hour, that it was
  /// used. Errors: kApiCredentialUnknown, kApiCredentialExpired, kApiCredentialRevoked, with one
  /// and the same detail; kNotInitialised and those of the store.
  [[nodiscard]] Result<ApiCredentialId> identify(const Secret& shown);

  /// Puts on record why a caller from `address` who showed `shown` is refused. Whoever asks decides
  /// whether a refusal is worth a row, which a flood of them is not. Errors: those of the store.
  [[nodiscard]] Result<void> record_refusal(const Secret& shown, const std::string& address);

 private:
  Store& store_;
};

}  // namespace firstkey::core
