#pragma once
// Every way core can say no. Callers branch on the code; `detail` says what was wrong and what to
// do, in words for the person the code is meant for, and never holds a secret.

#include <optional>
#include <string>
#include <string_view>

namespace firstkey::core {

enum class ErrorCode {
  // The request itself.
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  // Roles (core/roles): who may do what to whom.
  kRoleMissing,
  kNotForOneself,
  kAdministratorsNeedPrivilegedRole,
  kPrincipalUnknown,
  kLastAdministrator,
  // Issuing a pass.
  kLifetimeOutOfRange,
  kStartTimeInPast,
  kMultiUseForbidden,
  kExternalGuest,
  kPolicyInvalid,
  // Redeeming: what staff and the audit see. The person always gets kRefused.
  kRefused,
  kUserUnknown,
  kUserDisabled,
  kUserOutOfScope,
  kPassUnknown,
  kPassWrong,
  kPassNotYetValid,
  kPassExpired,
  kPassUsed,
  kPassDisabledByPolicy,
  kLockedOut,
  // An enrollment session and its window.
  kSessionUnknown,
  kSessionEnded,
  kWindowOver,
  kClockUncertain,
  kChallengeUnknown,
  kChallengeExpired,
  kChallengeUsed,
  kCredentialExists,
  kCredentialUnknown,
  kTooManyCredentials,
  kProofRequired,
  // What the verifier thinks of a response; `detail` names the failed step of WebAuthn.
  kRegistrationInvalid,
  kAttestationInvalid,
  kKeyNotAllowed,
  kSimulatorNotAllowed,
  kAssertionInvalid,
  // Metadata.
  kMetadataInvalid,
  kMetadataNotNewer,
  kMetadataOutOfDate,
  // The relying party.
  kRelyingPartyFixed,
  kNotInitialised,
  kAlreadyInitialised,
  kAccountNotBound,
  // Stations, API credentials and the verifier they call. A caller hears alike of the three of
  // API credentials.
  kStationUnknown,
  kApiCredentialUnknown,
  kApiCredentialExpired,
  kApiCredentialRevoked,
  kVerifierUnreachable,
  // The store and its neighbours on disk.
  kStoreFailed,
  kStoreFull,
  kStoreReadOnly,
  kStoreDamaged,
  kStoreNewer,
  kStoreUnreachable,
  kOutcomeUnknown,
  kPepperUnreadable,
  kAuditBroken,
  kAuditKeyUnreadable,
  // A front end: what may be shown once could not be.
  kNotShown,
};

struct Error {
  ErrorCode code;
  std::string detail;

  friend bool operator==(const Error&, const Error&) = default;
};

/// The stable name of a code, as audit rows and `--json` show it: "pass_expired".
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;
[[nodiscard]] std::optional<ErrorCode> error_code_from_string(std::string_view text) noexcept;

}  // namespace firstkey::core
