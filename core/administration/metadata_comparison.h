#pragma once
// What one BLOB of metadata says otherwise than another, about models and about the credentials
// that are registered.

#include "core/administration/act.h"
#include "core/administration/metadata_registry.h"
#include "core/webauthn/metadata_service.h"

namespace firstkey::core {

/// `current` may be null: then all that `other` knows is news. Credentials are those of the store
/// that `act` sees, judged by the key policy as it is now; withdrawn ones do not count.
[[nodiscard]] MetadataComparison compare_metadata(const Act& act,
                                                  const webauthn::MetadataService* current,
                                                  const webauthn::MetadataService& other);

}  // namespace firstkey::core
