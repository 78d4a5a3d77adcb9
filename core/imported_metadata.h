#pragma once
// The metadata that the settings name, read from the store when that changes and kept: a BLOB takes
// some hundred times as long to read as a registration takes to verify.

#include <memory>
#include <mutex>

#include "core/result.h"
#include "core/store.h"
#include "core/webauthn/metadata_service.h"

namespace firstkey::core {

/// Null without metadata. Shared, because a verification that is under way keeps what it began with
/// while another thread finds something newer.
using MetadataPtr = std::shared_ptr<const webauthn::MetadataService>;

class ImportedMetadata {
 public:
  /// `settings` are those that `view` sees. Threads: any. Errors: kStoreDamaged, when what was
  /// imported is gone or does not read: a key that it condemns must not pass for want of it.
  [[nodiscard]] Result<MetadataPtr> of(ReadTransaction& view, const Settings& settings);

 private:
  std::mutex mutex_;
  MetadataPtr current_;  // the last one asked for
};

}  // namespace firstkey::core
