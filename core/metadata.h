#pragma once
// FIDO metadata as a store keeps it: BLOBs as published, and in the settings which of them counts.
// Reading a BLOB is core/webauthn/metadata_service.h's.

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace firstkey::core {

/// A BLOB that was verified when it was imported.
struct StoredMetadata {
  std::int64_t number = 0;  ///< its member `no`
  Instant imported_at;
  std::string blob;  ///< a JSON Web Signature in its compact form

  friend bool operator==(const StoredMetadata&, const StoredMetadata&) = default;
};

/// Which stored BLOB keys are judged by. A part of the settings, so that a decision made under the
/// BLOB before is made anew.
struct CurrentMetadata {
  std::int64_t number = 0;
  Instant next_update;  ///< midnight UTC of the day the next one is due
  Instant imported_at;
  std::optional<std::int64_t> previous_number;  ///< of the BLOB that was current before

  friend bool operator==(const CurrentMetadata&, const CurrentMetadata&) = default;
};

}  // namespace firstkey::core
