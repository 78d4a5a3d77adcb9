#pragma once
// The metadata BLOB as FIDO publishes it: a JSON Web Signature in its compact form, signed by the
// first certificate of its x5c. Nothing of the payload is read before the signature holds.
// FIDO Metadata Service v3.0 §3.1.7, §3.2; RFC 7515 §7.1.

#include <cstddef>
#include <string_view>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/error.h"
#include "core/webauthn/metadata_signer.h"

namespace firstkey::core::webauthn {

/// The largest BLOB that is taken, in bytes. That of 2021 with 98 entries has one million, most of
/// it pictures; there may be many more entries.
inline constexpr std::size_t kMaxMetadataBlob = std::size_t{16} << 20U;

/// The payload of `blob`, once its signer is one of `anchors` at `now` and its signature is theirs.
/// RS256 and ES256 only. Errors: kMetadataMalformed, kMetadataAlgorithmUnsupported,
/// kMetadataSignatureInvalid and those of check_metadata_signer().
[[nodiscard]] Result<Bytes> open_metadata_blob(std::string_view blob,
                                               const MetadataAnchors& anchors,
                                               Instant now);

/// The payload of a BLOB that open_metadata_blob() took before it was stored: its certificates may
/// be over by now. Errors: kMetadataMalformed.
[[nodiscard]] Result<Bytes> payload_of_stored_blob(std::string_view blob);

}  // namespace firstkey::core::webauthn
