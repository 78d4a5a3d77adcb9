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
    case kMetadataInvalid:
    case kMetadataNotNewer:
    case kMetadataOutOfDate:
    case kRelyingPartyFixed:
    case kAccountNotBound:
    case kStationUnknown:
    case kApiCredentialUnknown:
    case kApiCredentialExpired:
    case kApiCredentialRevoked:
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
    case kAuditKeyUnreadable:
    case kNotShown:
    case kStoreUnreachable:
    case kOutcomeUnknown:
      return ExitCode::kStore;
    case kVerifierUnreachable:
      return ExitCode::kUnreachable;
  }
  return ExitCode::kStore;
}

ExitCode exit_code_of(device::ErrorCode code) noexcept {
  using enum device::ErrorCode;
  switch (code) {
    case kPinAuthBlocked:
    case kPinBlocked:
    case kUvBlocked:
      return ExitCode::kKeyLocked;
    case kDenied:
    case kPinInvalid:
    case kPinAuthInvalid:
    case kPinPolicy:
    case kPinTooShort:
    case kPinTooLong:
    case kPinNotText:
    case kPinRequired:
    case kUvInvalid:
      return ExitCode::kRefused;
    case kCancelled:
      return ExitCode::kCancelled;
    case kGone:
    case kUnknownPath:
    case kNoAccess:
    case kBusy:
    case kNoApplet:
    case kNoReaderService:
    case kIo:
    case kGarbage:
    case kTooLarge:
    case kTimeout:
    case kU2fOnly:
    case kUnsupportedAlgorithm:
    case kUnsupportedOption:
    case kUnsupportedExtension:
    case kUnsupportedCommand:
    case kTouchTimeout:
    case kTouchNeeded:
    case kNotAllowed:
    case kPinNotSet:
    case kPinAlreadySet:
    case kCredentialExcluded:
    case kNoCredentials:
    case kStoreFull:
    case kBadRequest:
    case kInternal:
      return ExitCode::kNoKey;
  }
  return ExitCode::kNoKey;  // a value outside the enumeration
}

ExitCode exit_code_of(PartyErrorCode code) noexcept {
  switch (code) {
    case PartyErrorCode::kOptionsInvalid:
    case PartyErrorCode::kFormUnclear:
    case PartyErrorCode::kOriginInvalid:
    case PartyErrorCode::kFormUnsuitable:
      return ExitCode::kUsage;
    case PartyErrorCode::kRpIdNotAllowed:
      return ExitCode::kRefused;
    case PartyErrorCode::kChallengeExpired:
      return ExitCode::kWindowOver;
    case PartyErrorCode::kKeyUnsuitable:
    case PartyErrorCode::kAnswerUnreadable:
      return ExitCode::kNoKey;
  }
  return ExitCode::kUsage;  // a value outside the enumeration
}

}  // namespace firstkey::enroll
