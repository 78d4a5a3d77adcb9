#include "core/trusted_roots.h"

#include <utility>

namespace firstkey::core {

namespace {

/// Errors: kStoreDamaged.
Result<webauthn::TrustStore> store_of(const std::vector<Bytes>& certificates) {
  auto created = webauthn::TrustStore::create(certificates);
  if (created) return std::move(created.value());
  return fail(ErrorCode::kStoreDamaged, "a trusted root is no certificate; remove and add it");
}

Result<ListedRoots> listed(const std::vector<TrustRoot>& roots) {
  std::vector<Bytes> of_any_model;
  std::map<Bytes, std::vector<Bytes>> by_model;
  for (const auto& root : roots) {
    if (root.aaguids.empty()) of_any_model.push_back(root.der);
    for (const auto& aaguid : root.aaguids) by_model[aaguid].push_back(root.der);
  }
  auto general = store_of(of_any_model);
  if (!general) return std::unexpected(general.error());
  ListedRoots listed{.of_any_model = std::move(general.value()), .by_model = {}};
  for (const auto& [aaguid, certificates] : by_model) {
    auto store = store_of(certificates);
    if (!store) return std::unexpected(store.error());
    listed.by_model.emplace(aaguid, std::move(store.value()));
  }
  return listed;
}

}  // namespace

Result<std::shared_ptr<const ListedRoots>> TrustedRoots::of(const std::vector<TrustRoot>& roots) {
  const std::lock_guard lock(mutex_);
  if (trusted_ && roots == roots_) return trusted_;
  auto made = listed(roots);
  if (!made) return std::unexpected(made.error());
  trusted_ = std::make_shared<const ListedRoots>(std::move(made.value()));
  roots_ = roots;
  return trusted_;
}

}  // namespace firstkey::core
