#include "core/webauthn/error.h"

#include <array>

namespace firstkey::core::webauthn {

namespace {

constexpr auto kCodes = std::to_array<CodeEntry>({
    {Code::kCborTruncated, "cbor_truncated", "CTAP 2.1 §8"},
    {Code::kCborNotCanonical, "cbor_not_canonical", "CTAP 2.1 §8"},
    {Code::kCborDuplicateKey, "cbor_duplicate_key", "CTAP 2.1 §8"},
    {Code::kCborTooDeep, "cbor_too_deep", "CTAP 2.1 §8"},
    {Code::kCborTooLarge, "cbor_too_large", "CTAP 2.1 §8"},
    {Code::kCborTrailingBytes, "cbor_trailing_bytes", "CTAP 2.1 §8"},
    {Code::kCborUnexpectedType, "cbor_unexpected_type", "CTAP 2.1 §8"},
    {Code::kCborInvalidUtf8, "cbor_invalid_utf8", "CTAP 2.1 §8"},
    {Code::kJsonMalformed, "json_malformed", "WebAuthn L3 §5.1"},
    {Code::kJsonTooLarge, "json_too_large", "WebAuthn L3 §5.1"},
    {Code::kJsonDuplicateMember, "json_duplicate_member", "WebAuthn L3 §5.1"},
    {Code::kJsonMemberMissing, "json_member_missing", "WebAuthn L3 §5.1"},
    {Code::kJsonMemberInvalid, "json_member_invalid", "WebAuthn L3 §5.1"},
    {Code::kJsonBase64urlInvalid, "json_base64url_invalid", "WebAuthn L3 §5.1"},
    {Code::kResponseInconsistent, "response_inconsistent", "WebAuthn L3 §5.1"},
    {Code::kTypeMismatch, "type_mismatch", "WebAuthn L3 §7.1 step 7, §7.2 step 10"},
    {Code::kChallengeMismatch, "challenge_mismatch", "WebAuthn L3 §7.1 step 8, §7.2 step 11"},
    {Code::kOriginNotAllowed, "origin_not_allowed", "WebAuthn L3 §7.1 step 9, §7.2 step 12"},
    {Code::kCrossOriginNotAllowed,
     "cross_origin_not_allowed",
     "WebAuthn L3 §7.1 step 10, §7.2 step 13"},
    {Code::kTopOriginNotAllowed,
     "top_origin_not_allowed",
     "WebAuthn L3 §7.1 step 11, §7.2 step 14"},
    {Code::kAuthenticatorDataMalformed, "authenticator_data_malformed", "WebAuthn L3 §6.1"},
    {Code::kCredentialDataMissing, "credential_data_missing", "WebAuthn L3 §6.5.1"},
    {Code::kRpIdMismatch, "rp_id_mismatch", "WebAuthn L3 §7.1 step 14, §7.2 step 15"},
    {Code::kUserNotPresent, "user_not_present", "WebAuthn L3 §7.1 step 15, §7.2 step 16"},
    {Code::kUserNotVerified, "user_not_verified", "WebAuthn L3 §7.1 step 16, §7.2 step 17"},
    {Code::kBackupStateInvalid, "backup_state_invalid", "WebAuthn L3 §7.1 step 17, §7.2 step 18"},
    {Code::kBackupEligibleNotAllowed,
     "backup_eligible_not_allowed",
     "WebAuthn L3 §7.1 step 18; the key policy"},
    {Code::kExtensionOutputInvalid, "extension_output_invalid", "WebAuthn L3 §7.1 step 28"},
    {Code::kCoseKeyMalformed, "cose_key_malformed", "WebAuthn L3 §5.8.5, RFC 9053 §7"},
    {Code::kAlgorithmUnsupported, "algorithm_unsupported", "WebAuthn L3 §5.8.5"},
    {Code::kAlgorithmNotAllowed, "algorithm_not_allowed", "WebAuthn L3 §7.1 step 20"},
    {Code::kPublicKeyInvalid, "public_key_invalid", "RFC 9053 §7.1; the point is on its curve"},
    {Code::kCredentialIdTooLong, "credential_id_too_long", "WebAuthn L3 §7.1 step 25"},
    {Code::kAttestationObjectMalformed, "attestation_object_malformed", "WebAuthn L3 §6.5.4"},
    {Code::kAttestationFormatUnknown, "attestation_format_unknown", "WebAuthn L3 §7.1 step 21"},
    {Code::kAttestationTpmUnsupported, "attestation_tpm_unsupported", "WebAuthn L3 §8.3"},
    {Code::kAttestationAndroidKeyUnsupported,
     "attestation_android_key_unsupported",
     "WebAuthn L3 §8.4"},
    {Code::kAttestationAppleUnsupported, "attestation_apple_unsupported", "WebAuthn L3 §8.8"},
    {Code::kAttestationStatementMalformed,
     "attestation_statement_malformed",
     "WebAuthn L3 §8.2, §8.6, §8.7"},
    {Code::kAttestationAlgorithmMismatch, "attestation_algorithm_mismatch", "WebAuthn L3 §8.2"},
    {Code::kAttestationSignatureInvalid,
     "attestation_signature_invalid",
     "WebAuthn L3 §7.1 step 22"},
    {Code::kCertificateMalformed, "certificate_malformed", "RFC 5280 §4.1"},
    {Code::kCertificateProfileViolated, "certificate_profile_violated", "WebAuthn L3 §8.2.1"},
    {Code::kCertificateAaguidMismatch, "certificate_aaguid_mismatch", "WebAuthn L3 §8.2.1"},
    {Code::kAttestationNotTrusted, "attestation_not_trusted", "WebAuthn L3 §7.1 step 24"},
    {Code::kAuthenticatorRevoked, "authenticator_revoked", "FIDO MDS v3.0 §3.1.4 REVOKED"},
    {Code::kAttestationKeyCompromised,
     "attestation_key_compromised",
     "FIDO MDS v3.0 §3.1.4 ATTESTATION_KEY_COMPROMISE"},
    {Code::kUserVerificationBypassed,
     "user_verification_bypassed",
     "FIDO MDS v3.0 §3.1.4 USER_VERIFICATION_BYPASS; the key policy"},
    {Code::kUserKeyRemotelyCompromised,
     "user_key_remotely_compromised",
     "FIDO MDS v3.0 §3.1.4 USER_KEY_REMOTE_COMPROMISE; the key policy"},
    {Code::kUserKeyPhysicallyCompromised,
     "user_key_physically_compromised",
     "FIDO MDS v3.0 §3.1.4 USER_KEY_PHYSICAL_COMPROMISE; the key policy"},
    {Code::kCredentialNotAllowed, "credential_not_allowed", "WebAuthn L3 §7.2 step 5"},
    {Code::kUserHandleMissing, "user_handle_missing", "WebAuthn L3 §7.2 step 6"},
    {Code::kUserHandleMismatch, "user_handle_mismatch", "WebAuthn L3 §7.2 step 6"},
    {Code::kBackupEligibilityChanged, "backup_eligibility_changed", "WebAuthn L3 §7.2 step 19"},
    {Code::kSignatureInvalid, "signature_invalid", "WebAuthn L3 §7.2 step 21"},
    {Code::kSignCountNotIncreased, "sign_count_not_increased", "WebAuthn L3 §7.2 step 22"},
    {Code::kMetadataMalformed, "metadata_malformed", "FIDO MDS v3.0 §3.1; RFC 7515 §3.1"},
    {Code::kMetadataAlgorithmUnsupported,
     "metadata_algorithm_unsupported",
     "FIDO MDS v3.0 §3.1.7; RFC 7518 §3.1"},
    {Code::kMetadataSignerNotTrusted, "metadata_signer_not_trusted", "FIDO MDS v3.0 §3.2"},
    {Code::kMetadataSignerRevoked, "metadata_signer_revoked", "FIDO MDS v3.0 §3.2"},
    {Code::kMetadataSignerNameMismatch,
     "metadata_signer_name_mismatch",
     "FIDO MDS v3.0 §3.2; the name of FIDO's signer"},
    {Code::kMetadataSignatureInvalid, "metadata_signature_invalid", "FIDO MDS v3.0 §3.2"},
    {Code::kMetadataNotNewer, "metadata_not_newer", "FIDO MDS v3.0 §3.2, member no"},
    {Code::kMetadataOutOfDate,
     "metadata_out_of_date",
     "FIDO MDS v3.0 §3.1.6, member nextUpdate; the key policy"},
});

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (kCodes[i].code != static_cast<Code>(i)) return false;
  }
  return true;
}
static_assert(is_in_order(), "the table has every code once, in the order of the enumeration");
static_assert(kCodes.back().code == Code::kMetadataOutOfDate, "the last code ends the table");

const CodeEntry& entry_of(Code code) noexcept {
  return kCodes[static_cast<std::size_t>(code)];
}

}  // namespace

std::span<const CodeEntry> all_codes() noexcept {
  return kCodes;
}
std::string_view to_string(Code code) noexcept {
  return entry_of(code).name;
}
std::string_view source_of(Code code) noexcept {
  return entry_of(code).source;
}

}  // namespace firstkey::core::webauthn
