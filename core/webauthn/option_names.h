#pragma once
// The enumerations of WebAuthn L3 §5.4 and §5.5 as the standard spells their values.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/webauthn/options.h"

namespace firstkey::core::webauthn {

inline constexpr std::string_view kPublicKey = "public-key";

template <class Enum, std::size_t Size>
using OptionNames = std::array<std::pair<Enum, std::string_view>, Size>;

inline constexpr OptionNames<ResidentKeyRequirement, 3> kResidentKeys{
    {{ResidentKeyRequirement::kDiscouraged, "discouraged"},
     {ResidentKeyRequirement::kPreferred, "preferred"},
     {ResidentKeyRequirement::kRequired, "required"}}};
inline constexpr OptionNames<UserVerificationRequirement, 3> kUserVerifications{
    {{UserVerificationRequirement::kDiscouraged, "discouraged"},
     {UserVerificationRequirement::kPreferred, "preferred"},
     {UserVerificationRequirement::kRequired, "required"}}};
inline constexpr OptionNames<AttestationConveyance, 4> kConveyances{
    {{AttestationConveyance::kNone, "none"},
     {AttestationConveyance::kIndirect, "indirect"},
     {AttestationConveyance::kDirect, "direct"},
     {AttestationConveyance::kEnterprise, "enterprise"}}};
inline constexpr OptionNames<AuthenticatorAttachment, 2> kAttachments{
    {{AuthenticatorAttachment::kPlatform, "platform"},
     {AuthenticatorAttachment::kCrossPlatform, "cross-platform"}}};
inline constexpr OptionNames<CredentialProtection, 3> kProtections{
    {{CredentialProtection::kUserVerificationOptional, "userVerificationOptional"},
     {CredentialProtection::kUserVerificationOptionalWithCredentialIdList,
      "userVerificationOptionalWithCredentialIDList"},
     {CredentialProtection::kUserVerificationRequired, "userVerificationRequired"}}};
inline constexpr OptionNames<LargeBlobSupport, 2> kLargeBlobSupports{
    {{LargeBlobSupport::kPreferred, "preferred"}, {LargeBlobSupport::kRequired, "required"}}};

template <class Enum, std::size_t Size>
[[nodiscard]] constexpr std::string_view name_of(const OptionNames<Enum, Size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return {};
}

/// Nothing for an unknown value: a client treats it as if the member were absent (§2.1.1).
template <class Enum, std::size_t Size>
[[nodiscard]] std::optional<Enum> value_of(const OptionNames<Enum, Size>& names,
                                           const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  for (const auto& [value, name] : names) {
    if (name == text.value()) return value;
  }
  return std::nullopt;
}

}  // namespace firstkey::core::webauthn
