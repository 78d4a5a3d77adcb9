#include "core/error.h"

namespace firstkey::core {

// NOLINTNEXTLINE(readability-function-size): one line a code, which the compiler counts
std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kAlreadyExists:
      return "already_exists";
    case ErrorCode::kRoleMissing:
      return "role_missing";
    case ErrorCode::kNotForOneself:
      return "not_for_oneself";
    case ErrorCode::kAdministratorsNeedPrivilegedRole:
      return "administrators_need_privileged_role";
    case ErrorCode::kPrincipalUnknown:
      return "principal_unknown";
    case ErrorCode::kLastAdministrator:
      return "last_administrator";
    case ErrorCode::kLifetimeOutOfRange:
      return "lifetime_out_of_range";
    case ErrorCode::kStartTimeInPast:
      return "start_time_in_past";
    case ErrorCode::kMultiUseForbidden:
      return "multi_use_forbidden";
    case ErrorCode::kExternalGuest:
      return "external_guest";
    case ErrorCode::kPolicyInvalid:
      return "policy_invalid";
    case ErrorCode::kRefused:
      return "refused";
    case ErrorCode::kUserUnknown:
      return "user_unknown";
    case ErrorCode::kUserDisabled:
      return "user_disabled";
    case ErrorCode::kUserOutOfScope:
      return "user_out_of_scope";
    case ErrorCode::kPassUnknown:
      return "pass_unknown";
    case ErrorCode::kPassWrong:
      return "pass_wrong";
    case ErrorCode::kPassNotYetValid:
      return "pass_not_yet_valid";
    case ErrorCode::kPassExpired:
      return "pass_expired";
    case ErrorCode::kPassUsed:
      return "pass_used";
    case ErrorCode::kPassDisabledByPolicy:
      return "pass_disabled_by_policy";
    case ErrorCode::kLockedOut:
      return "locked_out";
    case ErrorCode::kSessionUnknown:
      return "session_unknown";
    case ErrorCode::kSessionEnded:
      return "session_ended";
    case ErrorCode::kWindowOver:
      return "window_over";
    case ErrorCode::kClockUncertain:
      return "clock_uncertain";
    case ErrorCode::kChallengeUnknown:
      return "challenge_unknown";
    case ErrorCode::kChallengeExpired:
      return "challenge_expired";
    case ErrorCode::kChallengeUsed:
      return "challenge_used";
    case ErrorCode::kCredentialExists:
      return "credential_exists";
    case ErrorCode::kCredentialUnknown:
      return "credential_unknown";
    case ErrorCode::kTooManyCredentials:
      return "too_many_credentials";
    case ErrorCode::kProofRequired:
      return "proof_required";
    case ErrorCode::kRegistrationInvalid:
      return "registration_invalid";
    case ErrorCode::kAttestationInvalid:
      return "attestation_invalid";
    case ErrorCode::kKeyNotAllowed:
      return "key_not_allowed";
    case ErrorCode::kSimulatorNotAllowed:
      return "simulator_not_allowed";
    case ErrorCode::kAssertionInvalid:
      return "assertion_invalid";
    case ErrorCode::kMetadataInvalid:
      return "metadata_invalid";
    case ErrorCode::kMetadataNotNewer:
      return "metadata_not_newer";
    case ErrorCode::kMetadataOutOfDate:
      return "metadata_out_of_date";
    case ErrorCode::kRelyingPartyFixed:
      return "relying_party_fixed";
    case ErrorCode::kNotInitialised:
      return "not_initialised";
    case ErrorCode::kAlreadyInitialised:
      return "already_initialised";
    case ErrorCode::kAccountNotBound:
      return "account_not_bound";
    case ErrorCode::kStationUnknown:
      return "station_unknown";
    case ErrorCode::kApiCredentialUnknown:
      return "api_credential_unknown";
    case ErrorCode::kApiCredentialExpired:
      return "api_credential_expired";
    case ErrorCode::kApiCredentialRevoked:
      return "api_credential_revoked";
    case ErrorCode::kVerifierUnreachable:
      return "verifier_unreachable";
    case ErrorCode::kStoreFailed:
      return "store_failed";
    case ErrorCode::kStoreFull:
      return "store_full";
    case ErrorCode::kStoreReadOnly:
      return "store_read_only";
    case ErrorCode::kStoreDamaged:
      return "store_damaged";
    case ErrorCode::kStoreNewer:
      return "store_newer";
    case ErrorCode::kStoreUnreachable:
      return "store_unreachable";
    case ErrorCode::kOutcomeUnknown:
      return "outcome_unknown";
    case ErrorCode::kPepperUnreadable:
      return "pepper_unreadable";
    case ErrorCode::kAuditBroken:
      return "audit_broken";
    case ErrorCode::kAuditKeyUnreadable:
      return "audit_key_unreadable";
    case ErrorCode::kNotShown:
      return "not_shown";
  }
  return "unknown";
}

std::optional<ErrorCode> error_code_from_string(std::string_view text) noexcept {
  for (int number = 0; number <= static_cast<int>(ErrorCode::kNotShown); ++number) {
    const auto code = static_cast<ErrorCode>(number);
    if (to_string(code) == text) return code;
  }
  return std::nullopt;
}

}  // namespace firstkey::core
