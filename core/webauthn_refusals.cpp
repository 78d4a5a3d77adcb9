#include "core/webauthn_refusals.h"

#include <string>

#include <fmt/format.h>

namespace firstkey::core {

namespace {

constexpr std::size_t kMaxDetail = 200;  // it may quote what a client sent

std::string told(const webauthn::Error& error) {
  auto text =
      fmt::format("{} ({})", webauthn::to_string(error.code), webauthn::source_of(error.code));
  if (!error.detail.empty()) text += ": " + error.detail.substr(0, kMaxDetail);
  return text;
}

}  // namespace

ErrorCode registration_code(webauthn::Code code) noexcept {
  switch (code) {
    using enum webauthn::Code;
    case kBackupEligibleNotAllowed:
    case kAlgorithmUnsupported:
    case kAlgorithmNotAllowed:
    case kAttestationNotTrusted:
    case kAuthenticatorRevoked:
    case kAttestationKeyCompromised:
    case kUserVerificationBypassed:
    case kUserKeyRemotelyCompromised:
    case kUserKeyPhysicallyCompromised:
      return ErrorCode::kKeyNotAllowed;

    case kAttestationObjectMalformed:
    case kAttestationFormatUnknown:
    case kAttestationTpmUnsupported:
    case kAttestationAndroidKeyUnsupported:
    case kAttestationAppleUnsupported:
    case kAttestationStatementMalformed:
    case kAttestationAlgorithmMismatch:
    case kAttestationSignatureInvalid:
    case kCertificateMalformed:
    case kCertificateProfileViolated:
    case kCertificateAaguidMismatch:
      return ErrorCode::kAttestationInvalid;

    case kCborTruncated:
    case kCborNotCanonical:
    case kCborDuplicateKey:
    case kCborTooDeep:
    case kCborTooLarge:
    case kCborTrailingBytes:
    case kCborUnexpectedType:
    case kCborInvalidUtf8:
    case kJsonMalformed:
    case kJsonTooLarge:
    case kJsonDuplicateMember:
    case kJsonMemberMissing:
    case kJsonMemberInvalid:
    case kJsonBase64urlInvalid:
    case kResponseInconsistent:
    case kTypeMismatch:
    case kChallengeMismatch:
    case kOriginNotAllowed:
    case kCrossOriginNotAllowed:
    case kTopOriginNotAllowed:
    case kAuthenticatorDataMalformed:
    case kCredentialDataMissing:
    case kRpIdMismatch:
    case kUserNotPresent:
    case kUserNotVerified:
    case kBackupStateInvalid:
    case kExtensionOutputInvalid:
    case kCoseKeyMalformed:
    case kPublicKeyInvalid:
    case kCredentialIdTooLong:
    case kCredentialNotAllowed:
    case kUserHandleMissing:
    case kUserHandleMismatch:
    case kBackupEligibilityChanged:
    case kSignatureInvalid:
    case kSignCountNotIncreased:
    case kMetadataMalformed:
    case kMetadataAlgorithmUnsupported:
    case kMetadataSignerNotTrusted:
    case kMetadataSignerRevoked:
    case kMetadataSignerNameMismatch:
    case kMetadataSignatureInvalid:
    case kMetadataNotNewer:
    case kMetadataOutOfDate:
      return ErrorCode::kRegistrationInvalid;
  }
  return ErrorCode::kRegistrationInvalid;  // a value outside the enumeration
}

Error refused_registration(const webauthn::Error& error) {
  return {.code = registration_code(error.code), .detail = told(error)};
}

Error refused_metadata(const webauthn::Error& error) {
  const auto code = error.code == webauthn::Code::kMetadataNotNewer ? ErrorCode::kMetadataNotNewer
                    : error.code == webauthn::Code::kMetadataOutOfDate
                        ? ErrorCode::kMetadataOutOfDate
                        : ErrorCode::kMetadataInvalid;
  return {.code = code, .detail = told(error)};
}

Error refused_assertion(const webauthn::Error& error) {
  return {.code = ErrorCode::kAssertionInvalid, .detail = told(error)};
}

}  // namespace firstkey::core
