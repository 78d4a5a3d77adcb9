#include "enroll/app/exit_codes.h"

namespace firstkey::enroll {

ExitCode exit_code_of(core::ErrorCode code) noexcept {
  using enum core::ErrorCode;
  switch (code) {
    case kInvalidArgument:
    case kPolicyInvalid:
      return ExitCode::kUsage;
    case kNotFound:
    case kAlreadyExists:
    case kRoleMissing:
    case kNotForOneself:
    case kAdministratorsNeedPrivilegedRole:
    case kPrincipalUnknown:
    case kLastAdministrator:
    case kLifetimeOutOfRange:
    case kStartTimeInPast:
    case kMultiUseForbidden:
    case kExternalGuest:
    case kRefused:
    case kUserUnknown:
    case kUserDisabled:
    case kUserOutOfScope:
    case kPassUnknown:
    case kPassWrong:
    case kPassDisabledByPolicy:
    case kLockedOut:
    case kSessionUnknown:
    case kChallengeUnknown:
    case kChallengeUsed:
    case kCredentialUnknown:
    case kProofRequired:
    case kRegistrationInvalid:
    case kAssertionInvalid:
    case kRelyingPartyFixed:
    case kAccountNotBound:
      return ExitCode::kRefused;
    case kSessionEnded:
    case kWindowOver:
    case kClockUncertain:
    case kChallengeExpired:
    case kPassExpired:
    case kPassNotYetValid:
    case kPassUsed:
      return ExitCode::kWindowOver;
    case kKeyNotAllowed:
    case kSimulatorNotAllowed:
    case kCredentialExists:
    case kTooManyCredentials:
    case kAttestationInvalid:
      return ExitCode::kNoKey;
    case kNotInitialised:
    case kAlreadyInitialised:
    case kStoreFailed:
    case kStoreFull:
    case kStoreReadOnly:
    case kStoreDamaged:
    case kStoreNewer:
    case kPepperUnreadable:
    case kAuditBroken:
    case kNotShown:
    case kStoreUnreachable:
    case kOutcomeUnknown:
      return ExitCode::kStore;
  }
  return ExitCode::kStore;
}

}  // namespace firstkey::enroll
