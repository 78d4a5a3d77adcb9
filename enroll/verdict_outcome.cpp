#include "enroll/verdict_outcome.h"

namespace firstkey::enroll {

VerdictMeaning meaning_of(core::ErrorCode code) noexcept {
  using enum core::ErrorCode;
  switch (code) {
    case kWindowOver:
      return VerdictMeaning::kWindowOver;

    case kChallengeUnknown:
    case kChallengeExpired:
    case kChallengeUsed:
      return VerdictMeaning::kTryAgain;

    case kCredentialExists:
    case kRegistrationInvalid:
    case kAttestationInvalid:
    case kKeyNotAllowed:
    case kSimulatorNotAllowed:
    case kAssertionInvalid:
      return VerdictMeaning::kOtherKey;

    case kStoreUnreachable:
    case kOutcomeUnknown:
    case kVerifierUnreachable:
      return VerdictMeaning::kUnknown;

    case kInvalidArgument:
    case kNotFound:
    case kAlreadyExists:
    case kRoleMissing:
    case kNotForOneself:
    case kAdministratorsNeedPrivilegedRole:
    case kPrincipalUnknown:
    case kLifetimeOutOfRange:
    case kStartTimeInPast:
    case kMultiUseForbidden:
    case kExternalGuest:
    case kPolicyInvalid:
    case kRefused:
    case kUserUnknown:
    case kUserDisabled:
    case kUserOutOfScope:
    case kPassUnknown:
    case kPassWrong:
    case kPassNotYetValid:
    case kPassExpired:
    case kPassUsed:
    case kPassDisabledByPolicy:
    case kLockedOut:
    case kSessionUnknown:
    case kSessionEnded:
    case kClockUncertain:
    case kCredentialUnknown:
    case kTooManyCredentials:
    case kProofRequired:
    case kMetadataInvalid:
    case kMetadataNotNewer:
    case kMetadataOutOfDate:
    case kRelyingPartyFixed:
    case kNotInitialised:
    case kAlreadyInitialised:
    case kAccountNotBound:
    case kStationUnknown:
    case kApiCredentialUnknown:
    case kApiCredentialExpired:
    case kApiCredentialRevoked:
    case kLastAdministrator:
    case kStoreFailed:
    case kStoreFull:
    case kStoreReadOnly:
    case kStoreDamaged:
    case kStoreNewer:
    case kPepperUnreadable:
    case kAuditBroken:
    case kAuditKeyUnreadable:
    case kNotShown:
      return VerdictMeaning::kOver;
  }
  return VerdictMeaning::kOver;  // a value outside the enumeration
}

}  // namespace firstkey::enroll
