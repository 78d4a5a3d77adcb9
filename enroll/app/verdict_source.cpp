#include "enroll/app/verdict_source.h"

#include <utility>

#include "core/administration/credential_registry.h"

namespace firstkey::enroll {

core::Result<std::unique_ptr<VerdictSource>> VerdictSource::open(const Place& place,
                                                                 const std::string& url) {
  std::unique_ptr<VerdictSource> source(new VerdictSource());
  if (!url.empty()) {
    auto access = StationAccess::open(place.folder, url);
    if (!access) return std::unexpected(access.error());
    source->access_ = std::move(access.value());
    source->station_ = source->access_->name();
    return source;
  }
  auto workplace = Workplace::open(place);
  if (!workplace) return std::unexpected(workplace.error());
  auto& opened = *workplace.value();
  source->local_ = std::make_unique<core::LocalVerifier>(
      opened.store(), opened.random(), opened.pepper(), opened.hasher());
  source->workplace_ = std::move(workplace.value());
  return source;
}

core::Verifier& VerdictSource::verifier() noexcept {
  if (access_) return access_->verifier();
  return *local_;
}

std::optional<core::CredentialRecord> VerdictSource::record_of(const core::Bytes& credential_id) {
  if (!workplace_) return std::nullopt;
  auto record = core::CredentialRegistry(workplace_->administration()).show(credential_id);
  if (!record) return std::nullopt;
  return std::move(record.value());
}

void VerdictSource::tick() {
  // What fails here fails again where it is told: in the next transaction.
  if (local_) (void)local_->tick();
}

}  // namespace firstkey::enroll
