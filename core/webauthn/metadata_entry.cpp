#include "core/webauthn/metadata_entry.h"

#include <array>
#include <tuple>
#include <utility>

namespace firstkey::core::webauthn {

namespace {

using enum AuthenticatorStatus;

constexpr std::array<std::pair<AuthenticatorStatus, std::string_view>, 14> kNames{{
    {kNotFidoCertified, "NOT_FIDO_CERTIFIED"},
    {kSelfAssertionSubmitted, "SELF_ASSERTION_SUBMITTED"},
    {kFidoCertified, "FIDO_CERTIFIED"},
    {kFidoCertifiedL1, "FIDO_CERTIFIED_L1"},
    {kFidoCertifiedL1Plus, "FIDO_CERTIFIED_L1plus"},
    {kFidoCertifiedL2, "FIDO_CERTIFIED_L2"},
    {kFidoCertifiedL2Plus, "FIDO_CERTIFIED_L2plus"},
    {kFidoCertifiedL3, "FIDO_CERTIFIED_L3"},
    {kFidoCertifiedL3Plus, "FIDO_CERTIFIED_L3plus"},
    {kUserVerificationBypass, "USER_VERIFICATION_BYPASS"},
    {kAttestationKeyCompromise, "ATTESTATION_KEY_COMPROMISE"},
    {kUserKeyRemoteCompromise, "USER_KEY_REMOTE_COMPROMISE"},
    {kUserKeyPhysicalCompromise, "USER_KEY_PHYSICAL_COMPROMISE"},
    {kRevoked, "REVOKED"},
}};

}  // namespace

AuthenticatorStatus status_from_string(std::string_view name) noexcept {
  for (const auto& [status, known] : kNames) {
    if (known == name) return status;
  }
  return kOther;
}

std::string_view to_string(AuthenticatorStatus status) noexcept {
  for (const auto& [known, name] : kNames) {
    if (known == status) return name;
  }
  return "OTHER";
}

std::optional<AuthenticatorStatus> certification_at(const MetadataEntry& entry, Instant now) {
  const StatusReport* latest = nullptr;
  const auto age = [](const StatusReport& report) {
    return std::tuple(report.effective_date.value_or(Instant::min()), report.status);
  };
  for (const auto& report : entry.reports) {
    if (report.status > kFidoCertifiedL3Plus || report.effective_date > now) continue;
    if (latest == nullptr || age(*latest) < age(report)) latest = &report;
  }
  if (latest == nullptr) return std::nullopt;
  return latest->status;
}

}  // namespace firstkey::core::webauthn
