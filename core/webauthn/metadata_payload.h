#pragma once
// The payload of a metadata BLOB: strict JSON, bounded, read into what decisions rest on. A wrong
// type anywhere in that refuses the whole; a root certificate that does not read is left out of its
// entry instead, for one maker's slip must not keep everybody from the news of all others.
// FIDO Metadata Service v3.0 §3.1.6.

#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/error.h"
#include "core/webauthn/metadata_entry.h"

namespace firstkey::core::webauthn {

struct MetadataPayload {
  std::int64_t number = 0;             ///< `no`, from 1: rises with each BLOB
  Instant next_update;                 ///< midnight UTC of the day the next BLOB is due
  std::vector<MetadataEntry> entries;  ///< of FIDO2 and U2F; UAF's are left out

  friend bool operator==(const MetadataPayload&, const MetadataPayload&) = default;
};

/// Errors: kMetadataMalformed, naming the member; also when two entries are about one AAGUID or one
/// key identifier.
[[nodiscard]] Result<MetadataPayload> parse_metadata_payload(BytesView json);

}  // namespace firstkey::core::webauthn
