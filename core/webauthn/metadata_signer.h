#pragma once
// Who may sign metadata: a certificate that names FIDO's service and leads to a configured one,
// by what was handed over with the BLOB and nothing else. FIDO Metadata Service v3.0 §3.2.

#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

/// What the signer of metadata is held to; all in DER. Certificates that keys may lead to are none
/// of these: an authority of web servers vouches for FIDO's service and for no key.
struct MetadataAnchors {
  std::vector<Bytes> roots;  ///< the certificates its chain may end in; none trusts nothing
  std::vector<Bytes> crls;   ///< if there is one, they have to cover the whole chain
};

/// `path`: x5c, leaf first, not empty.
/// Errors: kMetadataSignerNotTrusted, with OpenSSL's reason, also when a root or a CRL does not
/// read or a CRL is missing or over; kMetadataSignerRevoked; kMetadataSignerNameMismatch.
[[nodiscard]] Result<void> check_metadata_signer(std::span<const Certificate> path,
                                                 const MetadataAnchors& anchors,
                                                 Instant now);

}  // namespace firstkey::core::webauthn
