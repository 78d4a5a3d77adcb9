#include "core/imported_metadata.h"

#include <utility>

namespace firstkey::core {

Result<MetadataPtr> ImportedMetadata::of(ReadTransaction& view, const Settings& settings) {
  if (!settings.metadata) return MetadataPtr();
  const std::lock_guard lock(mutex_);
  // Numbers only rise in a store, so one number is one BLOB.
  if (current_ && current_->number() == settings.metadata->number) return current_;
  const auto stored = view.metadata(settings.metadata->number);
  auto read = webauthn::MetadataService::read_stored(stored ? stored->blob : std::string());
  if (!read || read->number() != settings.metadata->number) {
    return fail(ErrorCode::kStoreDamaged, "the imported metadata cannot be read; import it anew");
  }
  current_ = std::make_shared<const webauthn::MetadataService>(std::move(read.value()));
  return current_;
}

}  // namespace firstkey::core
