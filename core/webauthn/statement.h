#pragma once
// Attestation statements: the formats firstkey knows, each with its rules as one table of checks,
// so that the verifier runs the same steps whatever the format. A rule may rest on what the steps
// before it have passed. WebAuthn L3 §6.5.4, §8.

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/webauthn/algorithm.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/chain_memory.h"
#include "core/webauthn/check.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

enum class StatementFormat { kNone, kPacked, kFidoU2f };

/// Errors: kAttestation…Unsupported for the formats firstkey knows by name only,
/// kAttestationFormatUnknown.
[[nodiscard]] Result<StatementFormat> format_from_string(std::string_view name);

/// Whose signature a statement has: nobody's (none), the credential's own (self) or a
/// certificate's.
enum class StatementSigner { kNobody, kCredentialKey, kCertificate };

/// A statement taken apart; nothing it says is checked yet. Views point into the parsed bytes.
struct Statement {
  StatementSigner signer = StatementSigner::kNobody;
  std::int64_t algorithm = 0;  ///< COSE; what packed states, ES256 where the format has no other
  BytesView signature;
  BytesView x5c;  ///< one CBOR item; of kCertificate alone, as is what follows
  std::shared_ptr<const KnownChain> known;  ///< x5c, as read_chain() or a memory has it

  /// Leaf first; empty where nobody or the credential's own key signed.
  [[nodiscard]] std::span<const Certificate> path() const {
    return known ? std::span<const Certificate>(known->chain->path)
                 : std::span<const Certificate>();
  }
};

/// What a statement signs over: all of it was parsed before.
struct StatementContext {
  BytesView authenticator_data;  ///< as signed
  const AuthenticatorData& data;
  const CoseKey& credential_key;
  BytesView client_data_hash;  ///< SHA-256, 32 bytes
};

struct StatementRules {
  std::size_t most_certificates = 0;  ///< in x5c
  /// All but `known`. Errors: kCbor…, kAttestationStatementMalformed.
  Result<Statement> (*read)(BytesView statement) = nullptr;
  /// What the signature is to be checked by. Errors: kAlgorithmUnsupported,
  /// kAttestationAlgorithmMismatch, kCertificateProfileViolated for a key that cannot sign so.
  Result<Algorithm> (*algorithm)(const Statement& statement,
                                 const CoseKey& credential_key) = nullptr;
  Bytes (*signed_bytes)(const StatementContext& context) = nullptr;
  /// What the format asks of its leaf. Errors: kCertificateProfileViolated,
  /// kCertificateAaguidMismatch.
  Result<CheckOutcome> (*certificate)(const Statement& statement, BytesView aaguid) = nullptr;
};

[[nodiscard]] const StatementRules& rules_of(StatementFormat format);

/// §8.2, in attestation_packed.cpp, and §8.6, in attestation_fido_u2f.cpp.
extern const StatementRules kPackedRules;
extern const StatementRules kFidoU2fRules;

/// The certificates of a statement, leaf first, without checking what it says: for statements that
/// were verified when they came. Empty for none and self attestation.
/// Errors: kAttestationStatementMalformed, kCertificateMalformed.
[[nodiscard]] Result<std::vector<Certificate>> certificates_of(BytesView statement);

/// The certificates of an x5c, one at least, of which nothing is known yet.
/// Errors: kAttestationStatementMalformed, kCertificateMalformed.
[[nodiscard]] Result<std::shared_ptr<const KnownChain>> read_chain(BytesView x5c,
                                                                   std::size_t most_certificates);

}  // namespace firstkey::core::webauthn
