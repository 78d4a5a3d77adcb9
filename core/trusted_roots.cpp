#include "core/trusted_roots.h"

#include <utility>

namespace firstkey::core {

Result<std::shared_ptr<const webauthn::TrustStore>> TrustedRoots::of(
    const std::vector<TrustRoot>& roots) {
  const std::lock_guard lock(mutex_);
  if (trusted_ && roots == roots_) return trusted_;
  std::vector<Bytes> certificates;
  certificates.reserve(roots.size());
  for (const auto& root : roots) certificates.push_back(root.der);
  auto created = webauthn::TrustStore::create(certificates);
  if (!created) {
    return fail(ErrorCode::kStoreDamaged, "a trusted root is no certificate; remove and add it");
  }
  trusted_ = std::make_shared<const webauthn::TrustStore>(std::move(created.value()));
  roots_ = roots;
  return trusted_;
}

}  // namespace firstkey::core
