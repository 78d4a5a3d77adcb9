#pragma once
// Certificates made on the spot: self-signed or issued by another, in any shape a test wants.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/openssl_handles.h"

namespace firstkey::tests {

enum class CertificateKind { kAuthority, kLeaf };

/// DER, with an ES256 key of its own that nobody keeps.
[[nodiscard]] core::Bytes make_certificate(const std::string& common_name, CertificateKind kind);

[[nodiscard]] std::string to_pem(const core::Bytes& der, const char* label = "CERTIFICATE");

enum class KeyKind { kP256, kP384, kSecp256k1, kRsa1024, kRsa2048 };
enum class SignatureDigest { kSha256, kSha1 };

/// What a certificate says; as it stands, a leaf that fits packed attestation.
struct CertificateShape {
  std::vector<std::pair<std::string, std::string>> subject{
      {"C", "XX"}, {"O", "Tests"}, {"OU", "Authenticator Attestation"}, {"CN", "Test key"}};
  int version = 3;
  std::string basic_constraints = "critical,CA:FALSE";  ///< empty: none
  /// The value of id-fido-gen-ce-aaguid, as OpenSSL's configuration writes it; empty: none.
  std::string aaguid_extension;
  /// More extensions, by OID, each with its value as OpenSSL's configuration writes it.
  std::vector<std::pair<std::string, std::string>> extensions;
  std::string subject_alternative_name;  ///< "DNS:example.org"; empty: none
  long serial = 1;
  KeyKind key = KeyKind::kP256;
  SignatureDigest digest = SignatureDigest::kSha256;
  core::Instant not_before = core::from_rfc3339("2020-01-01T00:00:00Z").value();
  core::Instant not_after = core::from_rfc3339("2040-01-01T00:00:00Z").value();

  /// The shape of an authority.
  [[nodiscard]] static CertificateShape authority(const std::string& common_name);
};

struct IssuedCertificate {
  core::Bytes der;
  core::webauthn::EvpPkeyPtr key;  ///< of its subject
};

[[nodiscard]] IssuedCertificate self_signed(const CertificateShape& shape);
[[nodiscard]] IssuedCertificate issue(const CertificateShape& shape,
                                      const IssuedCertificate& issuer);

/// A revocation list; as it stands, one that revokes nothing.
struct RevocationListShape {
  std::vector<long> serials;  ///< of the revoked certificates
  core::Instant last_update = core::from_rfc3339("2020-01-01T00:00:00Z").value();
  core::Instant next_update = core::from_rfc3339("2040-01-01T00:00:00Z").value();
};

/// DER.
[[nodiscard]] core::Bytes make_crl(const RevocationListShape& shape,
                                   const IssuedCertificate& issuer);

}  // namespace firstkey::tests
