#include "enroll/app/exit_codes.h"

#include <map>

#include <doctest/doctest.h>

#include "enroll/app/failure.h"

namespace firstkey::enroll::tests {

namespace {

using core::ErrorCode;

/// Every code of core, by the status scripts are promised for it. kNotShown is the last one.
const std::map<ExitCode, std::vector<ErrorCode>> kStatuses = {
    {ExitCode::kUsage, {ErrorCode::kInvalidArgument, ErrorCode::kPolicyInvalid}},
    {ExitCode::kRefused,
     {ErrorCode::kNotFound,
      ErrorCode::kAlreadyExists,
      ErrorCode::kRoleMissing,
      ErrorCode::kNotForOneself,
      ErrorCode::kPrincipalUnknown,
      ErrorCode::kAdministratorsNeedPrivilegedRole,
      ErrorCode::kLastAdministrator,
      ErrorCode::kLifetimeOutOfRange,
      ErrorCode::kStartTimeInPast,
      ErrorCode::kMultiUseForbidden,
      ErrorCode::kExternalGuest,
      ErrorCode::kRefused,
      ErrorCode::kUserUnknown,
      ErrorCode::kUserDisabled,
      ErrorCode::kUserOutOfScope,
      ErrorCode::kPassUnknown,
      ErrorCode::kPassWrong,
      ErrorCode::kPassDisabledByPolicy,
      ErrorCode::kLockedOut,
      ErrorCode::kSessionUnknown,
      ErrorCode::kChallengeUnknown,
      ErrorCode::kChallengeUsed,
      ErrorCode::kCredentialUnknown,
      ErrorCode::kProofRequired,
      ErrorCode::kAssertionInvalid,
      ErrorCode::kRegistrationInvalid,
      ErrorCode::kRelyingPartyFixed,
      ErrorCode::kAccountNotBound,
      ErrorCode::kMetadataInvalid,
      ErrorCode::kMetadataNotNewer,
      ErrorCode::kMetadataOutOfDate,
      ErrorCode::kStationUnknown,
      ErrorCode::kApiCredentialUnknown,
      ErrorCode::kApiCredentialExpired,
      ErrorCode::kApiCredentialRevoked}},
    {ExitCode::kUnreachable, {ErrorCode::kVerifierUnreachable}},
    {ExitCode::kWindowOver,
     {ErrorCode::kSessionEnded,
      ErrorCode::kWindowOver,
      ErrorCode::kClockUncertain,
      ErrorCode::kChallengeExpired,
      ErrorCode::kPassExpired,
      ErrorCode::kPassNotYetValid,
      ErrorCode::kPassUsed}},
    {ExitCode::kNoKey,
     {ErrorCode::kKeyNotAllowed,
      ErrorCode::kSimulatorNotAllowed,
      ErrorCode::kCredentialExists,
      ErrorCode::kTooManyCredentials,
      ErrorCode::kAttestationInvalid}},
    {ExitCode::kStore,
     {ErrorCode::kNotInitialised,
      ErrorCode::kAlreadyInitialised,
      ErrorCode::kStoreFailed,
      ErrorCode::kStoreFull,
      ErrorCode::kStoreReadOnly,
      ErrorCode::kStoreDamaged,
      ErrorCode::kStoreNewer,
      ErrorCode::kStoreUnreachable,
      ErrorCode::kOutcomeUnknown,
      ErrorCode::kPepperUnreadable,
      ErrorCode::kAuditBroken,
      ErrorCode::kAuditKeyUnreadable,
      ErrorCode::kNotShown}}};

}  // namespace

TEST_SUITE("enroll/app/exit_codes") {
  TEST_CASE("every error of core has the promised status") {
    std::size_t listed = 0;
    for (const auto& [status, codes] : kStatuses) {
      for (const auto code : codes) {
        CAPTURE(core::to_string(code));
        CHECK(exit_code_of(code) == status);
        CHECK(core::error_code_from_string(core::to_string(code)) == code);
        CHECK(to_failure(core::Error{.code = code, .detail = {}}).exit_code == status);
        ++listed;
      }
    }
    CHECK(listed == static_cast<std::size_t>(ErrorCode::kNotShown) + 1);
  }

  TEST_CASE("a key that is locked, refuses, or is not the right one is told apart") {
    using device::ErrorCode;
    CHECK(exit_code_of(ErrorCode::kPinBlocked) == ExitCode::kKeyLocked);
    CHECK(exit_code_of(ErrorCode::kPinAuthBlocked) == ExitCode::kKeyLocked);
    CHECK(exit_code_of(ErrorCode::kPinInvalid) == ExitCode::kRefused);
    CHECK(exit_code_of(ErrorCode::kUnknownPath) == ExitCode::kNoKey);
    CHECK(exit_code_of(ErrorCode::kU2fOnly) == ExitCode::kNoKey);
    CHECK(exit_code_of(ErrorCode::kCancelled) == ExitCode::kCancelled);
  }

  TEST_CASE("what is wrong with options is usage, a page that may not is refused") {
    CHECK(exit_code_of(PartyErrorCode::kOptionsInvalid) == ExitCode::kUsage);
    CHECK(exit_code_of(PartyErrorCode::kFormUnclear) == ExitCode::kUsage);
    CHECK(exit_code_of(PartyErrorCode::kOriginInvalid) == ExitCode::kUsage);
    CHECK(exit_code_of(PartyErrorCode::kFormUnsuitable) == ExitCode::kUsage);
    CHECK(exit_code_of(PartyErrorCode::kRpIdNotAllowed) == ExitCode::kRefused);
    CHECK(exit_code_of(PartyErrorCode::kChallengeExpired) == ExitCode::kWindowOver);
    CHECK(exit_code_of(PartyErrorCode::kKeyUnsuitable) == ExitCode::kNoKey);
    CHECK(exit_code_of(PartyErrorCode::kAnswerUnreadable) == ExitCode::kNoKey);
  }

  TEST_CASE("a failure keeps its code, spelt alike whoever it comes from") {
    CHECK(to_failure(core::Error{.code = core::ErrorCode::kPassUsed, .detail = "used"}).code ==
          "pass_used");
    CHECK(to_failure(device::Error{.code = device::ErrorCode::kPinAuthBlocked}).code ==
          "pin_auth_blocked");
    CHECK(cancelled().exit_code == ExitCode::kCancelled);
    CHECK(misuse("what").error().exit_code == ExitCode::kUsage);
  }
}

}  // namespace firstkey::enroll::tests
