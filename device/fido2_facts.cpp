#include "device/fido2_facts.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace firstkey::device {

namespace {

struct NamedOption {
  std::string_view name;
  Option AuthenticatorOptions::* member;
};

/// Source: CTAP 2.1 §6.4, option IDs; credentialMgmtPreview is of FIDO_2_1_PRE.
constexpr std::array kOptions = {
    NamedOption{"plat", &AuthenticatorOptions::plat},
    NamedOption{"rk", &AuthenticatorOptions::rk},
    NamedOption{"clientPin", &AuthenticatorOptions::client_pin},
    NamedOption{"up", &AuthenticatorOptions::up},
    NamedOption{"uv", &AuthenticatorOptions::uv},
    NamedOption{"pinUvAuthToken", &AuthenticatorOptions::pin_uv_auth_token},
    NamedOption{"noMcGaPermissionsWithClientPin",
                &AuthenticatorOptions::no_mc_ga_permissions_with_client_pin},
    NamedOption{"largeBlobs", &AuthenticatorOptions::large_blobs},
    NamedOption{"ep", &AuthenticatorOptions::ep},
    NamedOption{"bioEnroll", &AuthenticatorOptions::bio_enroll},
    NamedOption{"credMgmt", &AuthenticatorOptions::cred_mgmt},
    NamedOption{"credentialMgmtPreview", &AuthenticatorOptions::credential_mgmt_preview},
    NamedOption{"authnrCfg", &AuthenticatorOptions::authnr_cfg},
    NamedOption{"setMinPINLength", &AuthenticatorOptions::set_min_pin_length},
    NamedOption{"makeCredUvNotRqd", &AuthenticatorOptions::make_cred_uv_not_rqd},
    NamedOption{"alwaysUv", &AuthenticatorOptions::always_uv},
    NamedOption{"uvAcfg", &AuthenticatorOptions::uv_acfg},
    NamedOption{"uvBioEnroll", &AuthenticatorOptions::uv_bio_enroll},
};

constexpr std::uint64_t kDefaultMaxMessageSize = 1024;  // Source: CTAP 2.1 §6.4, maxMsgSize
constexpr std::uint64_t kDefaultMinPinLength = 4;       // Source: CTAP 2.1 §6.4, minPINLength

std::vector<std::string> to_strings(char* const* texts, std::size_t count) {
  return {texts, texts + count};
}

AuthenticatorOptions to_options(const fido_cbor_info_t& info) {
  AuthenticatorOptions options;
  const auto* const names = fido_cbor_info_options_name_ptr(&info);
  const auto* const values = fido_cbor_info_options_value_ptr(&info);
  for (std::size_t i = 0; i < fido_cbor_info_options_len(&info); ++i) {
    const auto* const known =
        std::ranges::find(kOptions, std::string_view(names[i]), &NamedOption::name);
    if (known == kOptions.end()) continue;
    options.*(known->member) = values[i] ? Option::kTrue : Option::kFalse;
  }
  return options;
}

std::vector<CoseAlgorithm> to_algorithms(const fido_cbor_info_t& info) {
  std::vector<CoseAlgorithm> algorithms;
  for (std::size_t i = 0; i < fido_cbor_info_algorithm_count(&info); ++i) {
    const char* const type = fido_cbor_info_algorithm_type(&info, i);
    if (type == nullptr || std::string_view(type) != "public-key") continue;
    algorithms.push_back(fido_cbor_info_algorithm_cose(&info, i));
  }
  // The list is optional, and was unknown to CTAP 2.0: every key can do ES256.
  if (algorithms.empty()) algorithms.push_back(kEs256);
  return algorithms;
}

std::vector<Certification> to_certifications(const fido_cbor_info_t& info) {
  std::vector<Certification> certifications;
  const auto names =
      to_strings(fido_cbor_info_certs_name_ptr(&info), fido_cbor_info_certs_len(&info));
  const auto* const levels = fido_cbor_info_certs_value_ptr(&info);
  certifications.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    certifications.push_back({.name = names[i], .level = levels[i]});
  }
  return certifications;
}

/// A key with credBlob keeps as much at least. Source: CTAP 2.1 §12.2.
constexpr std::uint64_t kLeastMaxBlobLength = 32;

/// libfido2 says 0 for what the key did not say.
std::optional<std::uint64_t> unless_zero(std::uint64_t number) {
  return number == 0 ? std::nullopt : std::optional(number);
}

}  // namespace

AuthenticatorFacts to_facts(const fido_cbor_info_t& info) {
  AuthenticatorFacts facts;
  facts.is_fido2 = true;
  facts.versions =
      to_strings(fido_cbor_info_versions_ptr(&info), fido_cbor_info_versions_len(&info));
  facts.extensions =
      to_strings(fido_cbor_info_extensions_ptr(&info), fido_cbor_info_extensions_len(&info));
  facts.transports =
      to_strings(fido_cbor_info_transports_ptr(&info), fido_cbor_info_transports_len(&info));
  if (fido_cbor_info_aaguid_len(&info) == facts.aaguid.size()) {
    std::copy_n(fido_cbor_info_aaguid_ptr(&info), facts.aaguid.size(), facts.aaguid.begin());
  }
  facts.options = to_options(info);
  facts.algorithms = to_algorithms(info);
  facts.certifications = to_certifications(info);
  const auto* const protocols = fido_cbor_info_protocols_ptr(&info);
  facts.pin_protocols.assign(protocols, protocols + fido_cbor_info_protocols_len(&info));
  facts.max_message_size =
      unless_zero(fido_cbor_info_maxmsgsiz(&info)).value_or(kDefaultMaxMessageSize);
  facts.max_credentials_in_list = unless_zero(fido_cbor_info_maxcredcntlst(&info));
  facts.max_credential_id_length = unless_zero(fido_cbor_info_maxcredidlen(&info));
  facts.firmware_version = unless_zero(fido_cbor_info_fwversion(&info));
  if (const auto remaining = fido_cbor_info_rk_remaining(&info); remaining >= 0) {
    facts.remaining_discoverable_credentials = static_cast<std::uint64_t>(remaining);
  }
  facts.min_pin_length = std::max(fido_cbor_info_minpinlen(&info), kDefaultMinPinLength);
  facts.max_rp_ids_for_min_pin_length = fido_cbor_info_maxrpid_minpinlen(&info);
  facts.is_pin_change_forced = fido_cbor_info_new_pin_required(&info);
  if (facts.has_extension("credBlob")) {
    facts.max_blob_length = std::max(fido_cbor_info_maxcredbloblen(&info), kLeastMaxBlobLength);
  }
  return facts;
}

}  // namespace firstkey::device
