#pragma once
// The attestation object: format, statement and authenticator data in one CBOR map, and the
// statements firstkey knows: none, packed and fido-u2f. WebAuthn L3 §6.5.4, §8.

#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

enum class StatementFormat { kNone, kPacked, kFidoU2f };

/// Views point into the parsed bytes.
struct AttestationObject {
  std::string_view format;
  BytesView statement;  ///< attStmt, one CBOR map
  BytesView authenticator_data;

  /// Errors: kCbor…, kAttestationObjectMalformed.
  [[nodiscard]] static Result<AttestationObject> parse(BytesView bytes);
};

/// Errors: kAttestation…Unsupported for the formats firstkey knows by name only,
/// kAttestationFormatUnknown.
[[nodiscard]] Result<StatementFormat> format_from_string(std::string_view name);

/// What a statement is checked against: all of it was parsed before.
struct StatementContext {
  BytesView authenticator_data;  ///< as signed
  const AuthenticatorData& data;
  const CoseKey& credential_key;
  BytesView client_data_hash;  ///< SHA-256, 32 bytes
};

/// What a valid statement says of its signer: nothing (none, self) or a chain of certificates.
enum class StatementSigner { kNobody, kCredentialKey, kCertificate };
struct StatementVerdict {
  StatementSigner signer = StatementSigner::kNobody;
  std::vector<Certificate> trust_path;  ///< leaf first
};

/// Errors: kAttestationStatementMalformed, kAttestationAlgorithmMismatch,
/// kAttestationSignatureInvalid, kCertificate….
[[nodiscard]] Result<StatementVerdict> verify_packed(BytesView statement,
                                                     const StatementContext& context);
[[nodiscard]] Result<StatementVerdict> verify_fido_u2f(BytesView statement,
                                                       const StatementContext& context);
/// The statement must be an empty map. Source: WebAuthn L3 §8.7.
[[nodiscard]] Result<StatementVerdict> verify_none(BytesView statement);

/// The certificates of a statement, leaf first, without checking what it says: for statements that
/// were verified when they came. Empty for none and self attestation.
/// Errors: kAttestationStatementMalformed, kCertificateMalformed.
[[nodiscard]] Result<std::vector<Certificate>> certificates_of(BytesView statement);

class CborReader;
/// x5c, at least one certificate. Errors: kAttestationStatementMalformed, kCertificateMalformed.
[[nodiscard]] Result<std::vector<Certificate>> read_certificates(CborReader& reader);

}  // namespace firstkey::core::webauthn
