#pragma once
// Why a WebAuthn ceremony was refused. One code a check, so that callers, audit rows and tests
// branch on the code and never on text; kCodes in error.cpp is the one table of their names and of
// the sections of the specifications they come from.
// Editions: W3C Web Authentication Level 3, step numbers of the Working Draft of 2025-01-27; FIDO
// Metadata Service v3.0, Proposed Standard of 2021-05-18.

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace firstkey::core::webauthn {

enum class Code {
  // CBOR: the shape of bytes from a key.
  kCborTruncated,
  kCborNotCanonical,
  kCborDuplicateKey,
  kCborTooDeep,
  kCborTooLarge,
  kCborTrailingBytes,
  kCborUnexpectedType,
  kCborInvalidUtf8,
  // JSON: the shape of text from a client.
  kJsonMalformed,
  kJsonTooLarge,
  kJsonDuplicateMember,
  kJsonMemberMissing,
  kJsonMemberInvalid,
  kJsonBase64urlInvalid,
  // The response as a whole.
  kResponseInconsistent,
  // Client data.
  kTypeMismatch,
  kChallengeMismatch,
  kOriginNotAllowed,
  kCrossOriginNotAllowed,
  kTopOriginNotAllowed,
  // Authenticator data.
  kAuthenticatorDataMalformed,
  kCredentialDataMissing,
  kRpIdMismatch,
  kUserNotPresent,
  kUserNotVerified,
  kBackupStateInvalid,
  kBackupEligibleNotAllowed,
  kExtensionOutputInvalid,
  // The credential and its key.
  kCoseKeyMalformed,
  kAlgorithmUnsupported,
  kAlgorithmNotAllowed,
  kPublicKeyInvalid,
  kCredentialIdTooLong,
  // The attestation statement.
  kAttestationObjectMalformed,
  kAttestationFormatUnknown,
  kAttestationTpmUnsupported,
  kAttestationAndroidKeyUnsupported,
  kAttestationAppleUnsupported,
  kAttestationStatementMalformed,
  kAttestationAlgorithmMismatch,
  kAttestationSignatureInvalid,
  kCertificateMalformed,
  kCertificateProfileViolated,
  kCertificateAaguidMismatch,
  kAttestationNotTrusted,
  // What the metadata says of the authenticator.
  kAuthenticatorRevoked,
  kAttestationKeyCompromised,
  kUserVerificationBypassed,
  kUserKeyRemotelyCompromised,
  kUserKeyPhysicallyCompromised,
  // An assertion.
  kCredentialNotAllowed,
  kUserHandleMissing,
  kUserHandleMismatch,
  kBackupEligibilityChanged,
  kSignatureInvalid,
  kSignCountNotIncreased,
  // The metadata BLOB itself.
  kMetadataMalformed,
  kMetadataAlgorithmUnsupported,
  kMetadataSignerNotTrusted,
  kMetadataSignerRevoked,
  kMetadataSignerNameMismatch,
  kMetadataSignatureInvalid,
  kMetadataNotNewer,
  kMetadataOutOfDate,
};

struct Error {
  Code code;
  std::string detail;  ///< what was wrong, for staff and logs; never a secret

  friend bool operator==(const Error&, const Error&) = default;
};

template <class Value>
using Result = std::expected<Value, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string detail = {}) {
  return std::unexpected(Error{.code = code, .detail = std::move(detail)});
}

struct CodeEntry {
  Code code;
  std::string_view name;    ///< stable: "challenge_mismatch", as audit rows and `--json` show it
  std::string_view source;  ///< where the rule stands: "WebAuthn L3 §7.1 step 8"
};

/// Every code, in the order of the enumeration.
[[nodiscard]] std::span<const CodeEntry> all_codes() noexcept;
[[nodiscard]] std::string_view to_string(Code code) noexcept;
[[nodiscard]] std::string_view source_of(Code code) noexcept;

}  // namespace firstkey::core::webauthn
