#include "core/webauthn/metadata_service.h"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/metadata_blob.h"

namespace firstkey::core::webauthn {

namespace {

using enum AuthenticatorStatus;

/// RFC 5280 §4.2.1.2, method 1. Empty if OpenSSL cannot tell.
Bytes key_identifier(const Certificate& certificate) {
  Bytes identifier(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (X509_pubkey_digest(certificate.get(), EVP_sha1(), identifier.data(), &size) != 1) return {};
  identifier.resize(size);
  return identifier;
}

/// Whether the chain of `path` leads to `named` or over it, wherever in the chain that stands.
bool leads_over(std::span<const Certificate> path, const Bytes& named, Instant now) {
  if (std::ranges::find(path, named, &Certificate::der) != path.end()) return true;
  const auto trusted = TrustStore::create(std::span(&named, 1));
  return trusted && trusted->find_root(path, now);
}

bool is_about(const StatusReport& report, std::span<const Certificate> path, Instant now) {
  return report.certificates.empty() ||
         std::ranges::any_of(report.certificates,
                             [&](const Bytes& named) { return leads_over(path, named, now); });
}

/// The code a report refuses with; nothing for one that refuses no key, or none unless the policy
/// says so and it does not.
std::optional<Code> refusal_of(AuthenticatorStatus status, const MetadataRules& rules) {
  const auto if_asked = [](bool is_refused, Code code) {
    return is_refused ? std::optional(code) : std::nullopt;
  };
  switch (status) {
    case kRevoked:
      return Code::kAuthenticatorRevoked;
    case kAttestationKeyCompromise:
      return Code::kAttestationKeyCompromised;
    case kUserVerificationBypass:
      return if_asked(rules.refuses_user_verification_bypass, Code::kUserVerificationBypassed);
    case kUserKeyRemoteCompromise:
      return if_asked(rules.refuses_user_key_remote_compromise, Code::kUserKeyRemotelyCompromised);
    case kUserKeyPhysicalCompromise:
      return if_asked(rules.refuses_user_key_physical_compromise,
                      Code::kUserKeyPhysicallyCompromised);
    case kNotFidoCertified:
    case kSelfAssertionSubmitted:
    case kFidoCertified:
    case kFidoCertifiedL1:
    case kFidoCertifiedL1Plus:
    case kFidoCertifiedL2:
    case kFidoCertifiedL2Plus:
    case kFidoCertifiedL3:
    case kFidoCertifiedL3Plus:
    case kOther:
      return std::nullopt;
  }
  return std::nullopt;  // a value outside the enumeration
}

}  // namespace

MetadataService::MetadataService(MetadataPayload payload)
    : payload_(std::move(payload)),
      roots_(std::make_unique<EntryRoots[]>(payload_.entries.size())) {
  for (std::size_t i = 0; i < payload_.entries.size(); ++i) {
    const auto& entry = payload_.entries[i];
    if (!entry.aaguid.empty()) by_identity_.emplace(entry.aaguid, i);
    for (const auto& identifier : entry.key_identifiers) by_identity_.emplace(identifier, i);
  }
}

Result<MetadataService> MetadataService::from(const Result<Bytes>& payload) {
  if (!payload) return std::unexpected(payload.error());
  auto parsed = parse_metadata_payload(payload.value());
  if (!parsed) return std::unexpected(parsed.error());
  return MetadataService(std::move(parsed.value()));
}

Result<MetadataService> MetadataService::verify(std::string_view blob,
                                                const MetadataAnchors& anchors,
                                                Instant now) {
  return from(open_metadata_blob(blob, anchors, now));
}

Result<MetadataService> MetadataService::read_stored(std::string_view blob) {
  return from(payload_of_stored_blob(blob));
}

Result<void> MetadataService::check_newer_than(std::int64_t number) const {
  if (payload_.number > number) return {};
  return fail(
      Code::kMetadataNotNewer,
      "no. " + std::to_string(payload_.number) + " is not after no. " + std::to_string(number));
}

Result<void> MetadataService::check_up_to_date(Instant now, Duration grace) const {
  const auto end = in_force_until(grace);
  if (now < end) return {};
  return fail(Code::kMetadataOutOfDate,
              "no. " + std::to_string(payload_.number) + " was in force until " + to_rfc3339(end));
}

const MetadataEntry* MetadataService::find(BytesView aaguid) const {
  const auto found = by_identity_.find(to_bytes(aaguid));
  return found == by_identity_.end() ? nullptr : &payload_.entries[found->second];
}

const MetadataEntry* MetadataService::find(const Certificate& leaf) const {
  return find(key_identifier(leaf));
}

const MetadataEntry* MetadataService::find(StatementFormat format,
                                           BytesView aaguid,
                                           std::span<const Certificate> path) const {
  switch (format) {
    case StatementFormat::kNone:
    case StatementFormat::kPacked:
      return find(aaguid);
    case StatementFormat::kFidoU2f:
      return path.empty() ? nullptr : find(path.front());
  }
  return nullptr;
}

Result<void> MetadataService::check_status(const MetadataEntry& entry,
                                           std::span<const Certificate> path,
                                           const MetadataRules& rules,
                                           Instant now) const {
  for (const auto& report : entry.reports) {
    const auto code = refusal_of(report.status, rules);
    if (!code) continue;
    // REVOKED is about the model, whatever it names.
    if (report.status != kRevoked && !is_about(report, path, now)) continue;
    return fail(code.value(),
                entry.description + ", metadata no. " + std::to_string(payload_.number));
  }
  return {};
}

Result<void> MetadataService::check_registered(BytesView attestation_object,
                                               const MetadataRules& rules,
                                               Instant now) const {
  const auto unreadable = fail(Code::kAttestationObjectMalformed);
  const auto object = AttestationObject::parse(attestation_object);
  if (!object) return unreadable;
  const auto data = AuthenticatorData::parse(object->authenticator_data);
  const auto format = format_from_string(object->format);
  const auto path = certificates_of(object->statement);
  if (!data || !data->credential || !format || !path) return unreadable;
  const auto* entry = find(format.value(), data->credential->aaguid, path.value());
  if (entry == nullptr) return {};
  return check_status(*entry, path.value(), rules, now);
}

const TrustStore& MetadataService::roots_of(const MetadataEntry& entry) const {
  auto& roots = roots_[static_cast<std::size_t>(&entry - payload_.entries.data())];
  std::call_once(roots.is_made, [&] {
    auto created = TrustStore::create(entry.roots);
    if (created) roots.trusted = std::move(created.value());
  });
  return roots.trusted;
}

}  // namespace firstkey::core::webauthn
