#pragma once
// The trust stores made of the policy's roots, kept while the policy stays as it is: reading a
// hundred certificates anew would cost more than everything else a registration takes.

#include <memory>
#include <mutex>
#include <vector>

#include "core/policy.h"
#include "core/result.h"
#include "core/webauthn/trust_store.h"

namespace firstkey::core {

/// The trust stores of a list of roots: of those that vouch for any model, and of each model that
/// roots are tied to.
struct ListedRoots {
  webauthn::TrustStore of_any_model;
  webauthn::ModelTrustStores by_model;
};

class TrustedRoots {
 public:
  /// Shared, because a verification that is under way keeps its trust stores while another thread
  /// finds the policy changed and replaces it. Threads: any. Errors: kStoreDamaged, when a root is
  /// no certificate: only those that were read once are ever listed.
  [[nodiscard]] Result<std::shared_ptr<const ListedRoots>> of(const std::vector<TrustRoot>& roots);

 private:
  std::mutex mutex_;
  std::vector<TrustRoot> roots_;
  std::shared_ptr<const ListedRoots> trusted_;  // of roots_; null before the first use
};

}  // namespace firstkey::core
