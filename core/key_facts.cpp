#include "core/key_facts.h"

#include <algorithm>

namespace firstkey::core {

namespace {

using webauthn::AuthenticatorStatus;
using webauthn::MetadataEntry;

/// Nothing for what is no certification.
std::optional<Certification> certification_of(AuthenticatorStatus status) {
  switch (status) {
    using enum AuthenticatorStatus;
    case kFidoCertified:
      return Certification::kAny;
    case kFidoCertifiedL1:
      return Certification::kL1;
    case kFidoCertifiedL1Plus:
      return Certification::kL1Plus;
    case kFidoCertifiedL2:
      return Certification::kL2;
    case kFidoCertifiedL2Plus:
      return Certification::kL2Plus;
    case kFidoCertifiedL3:
      return Certification::kL3;
    case kFidoCertifiedL3Plus:
      return Certification::kL3Plus;
    case kNotFidoCertified:
    case kSelfAssertionSubmitted:
    case kUserVerificationBypass:
    case kAttestationKeyCompromise:
    case kUserKeyRemoteCompromise:
    case kUserKeyPhysicalCompromise:
    case kRevoked:
    case kOther:
      return std::nullopt;
  }
  return std::nullopt;  // a value outside the enumeration
}

/// Of a proven model, in metadata that is in force; null otherwise.
const MetadataEntry* entry_of(const webauthn::RegisteredCredential& verified,
                              const MetadataInUse& metadata) {
  if (!verified.attestation.is_model_proven || metadata.service == nullptr) return nullptr;
  if (!metadata.service->check_up_to_date(metadata.now, metadata.grace)) return nullptr;
  return metadata.service->find(verified.aaguid);
}

std::vector<KeyFeature> features_of(const webauthn::RegisteredCredential& verified,
                                    const MetadataEntry* entry) {
  const auto of_model = entry == nullptr ? webauthn::ModelFeatures() : entry->features;
  // What nobody signed shows nothing.
  const bool is_signed = verified.attestation.type != webauthn::AttestationType::kNone;
  std::vector<KeyFeature> features;
  if (of_model.has_resident_keys) features.push_back(KeyFeature::kResidentKey);
  if (of_model.has_user_verification || (is_signed && verified.is_user_verified)) {
    features.push_back(KeyFeature::kUserVerification);
  }
  if (of_model.has_hmac_secret || (is_signed && verified.extensions.hmac_secret == true)) {
    features.push_back(KeyFeature::kHmacSecret);
  }
  return features;
}

}  // namespace

KeyFacts facts_of(const webauthn::RegisteredCredential& verified, const MetadataInUse& metadata) {
  const auto& attestation = verified.attestation;
  const auto* entry = entry_of(verified, metadata);
  KeyFacts facts{.model = {.aaguid = verified.aaguid, .is_proven = attestation.is_model_proven},
                 .is_attested = attestation.level == AttestationLevel::kAttested,
                 .features = features_of(verified, entry),
                 .firmware = attestation.firmware,
                 .certification = std::nullopt,
                 .serial = attestation.serial};
  if (entry != nullptr) {
    const auto status = webauthn::certification_at(*entry, metadata.now);
    if (status) facts.certification = certification_of(status.value());
  }
  return facts;
}

}  // namespace firstkey::core
