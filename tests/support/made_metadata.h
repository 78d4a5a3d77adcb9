#pragma once
// Metadata BLOBs signed by a service of the test's own: root, intermediate and a leaf that names
// FIDO's service. A test takes the good one and changes what it is about.

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "core/bytes.h"
#include "core/webauthn/metadata_service.h"
#include "core/webauthn/metadata_signer.h"
#include "tests/support/certificates.h"

namespace firstkey::tests {

inline constexpr const char* kMetadataSignerName = "mds.fidoalliance.org";
/// When the BLOBs made here are in force: the first instant of FakeClock.
inline const core::Instant kMetadataTime = core::from_rfc3339("2026-05-01T12:00:00Z").value();

/// Standard base64 with padding.
[[nodiscard]] std::string to_base64(core::BytesView bytes);

/// As attestationCertificateKeyIdentifiers have it, of a certificate with an elliptic key: SHA-1 of
/// its point, in hex.
[[nodiscard]] std::string key_identifier_of(const core::Bytes& certificate);

/// One entry's metadata.
struct EntryShape {
  std::string aaguid = "a5a5a5a5-a5a5-a5a5-a5a5-a5a5a5a5a5a5";  ///< MadeRegistration's; empty: none
  std::vector<std::string> key_identifiers;                     ///< hex
  std::string description = "Test key";
  std::vector<core::Bytes> roots;  ///< DER
  boost::json::object get_info;    ///< of the statement; empty: none
  boost::json::array reports{{{"status", "FIDO_CERTIFIED_L1"}, {"effectiveDate", "2025-01-01"}}};

  [[nodiscard]] boost::json::object json() const;
};

[[nodiscard]] EntryShape entry_with_status(boost::json::object report);

struct PayloadShape {
  std::int64_t number = 7;
  std::string next_update = "2026-06-01";
  std::vector<EntryShape> entries{EntryShape{}};

  [[nodiscard]] std::string json() const;
};

/// What signs. The keys are made once a process: RSA keys are slow to make.
struct MetadataSigner {
  explicit MetadataSigner(const std::string& subject_alternative_name = "DNS:mds.fidoalliance.org",
                          KeyKind leaf_key = KeyKind::kP256);

  IssuedCertificate root;
  IssuedCertificate intermediate;
  IssuedCertificate leaf;

  [[nodiscard]] core::webauthn::MetadataAnchors anchors() const { return {.roots = {root.der}}; }
  /// As published, the header and payload being what the arguments say.
  [[nodiscard]] std::string sign(const boost::json::object& header,
                                 const std::string& payload) const;
  [[nodiscard]] boost::json::object header() const;
  [[nodiscard]] std::string blob(const PayloadShape& payload = {}) const {
    return sign(header(), payload.json());
  }
};

[[nodiscard]] const MetadataSigner& metadata_signer();

/// A service of one entry, verified as any other.
[[nodiscard]] core::webauthn::MetadataService made_metadata(const PayloadShape& payload);

}  // namespace firstkey::tests
