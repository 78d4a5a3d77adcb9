#include "core/webauthn/metadata_payload.h"

#include <algorithm>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/aaguid.h"
#include "core/webauthn/base64url.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/metadata_blob.h"
#include "core/webauthn/strict_json.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

constexpr std::size_t kKeyIdentifier = 20;  // SHA-1, RFC 5280 §4.2.1.2 method 1

std::unexpected<Error> malformed(std::string what) {
  return fail(Code::kMetadataMalformed, std::move(what));
}

/// A member that did not read, in the words of this document.
std::unexpected<Error> malformed(const Error& error) {
  return malformed(std::string(to_string(error.code)) + ": " + error.detail);
}

/// "2021-12-01"
Result<Instant> read_date(const std::string& text, const char* member) {
  constexpr std::size_t kDate = 10;
  const auto instant = from_rfc3339(text + "T00:00:00Z");
  if (text.size() != kDate || !instant) return malformed(std::string(member) + " is no date");
  return instant.value();
}

Result<StatusReport> read_report(const json::object& object) {
  StatusReport report;
  auto name = need_text(object, "status");
  if (!name) return malformed(name.error());
  report.status = status_from_string(name.value());
  report.name = std::move(name.value());
  const auto date = maybe_text(object, "effectiveDate");
  if (!date) return malformed(date.error());
  if (date.value()) {
    const auto instant = read_date(date.value().value(), "effectiveDate");
    if (!instant) return std::unexpected(instant.error());
    report.effective_date = instant.value();
  }
  const auto version = maybe_integer(object, "authenticatorVersion");
  if (!version) return malformed(version.error());
  report.authenticator_version = version.value();
  for (const char* member : {"certificate", "batchCertificate"}) {
    const auto text = maybe_text(object, member);
    if (!text) return malformed(text.error());
    if (!text.value()) continue;
    // One that does not read limits nothing: the report is about every key then.
    auto der = decode_base64(text.value().value());
    if (der && Certificate::parse(der.value()))
      report.certificates.push_back(std::move(der.value()));
  }
  return report;
}

Result<std::vector<StatusReport>> read_reports(const json::object& entry) {
  const auto array = maybe_array(entry, "statusReports");
  if (!array) return malformed(array.error());
  if (array.value() == nullptr) return malformed("an entry has no statusReports");
  std::vector<StatusReport> reports;
  for (const auto& value : *array.value()) {
    const auto object = as_object(value, "statusReports");
    if (!object) return malformed(object.error());
    auto report = read_report(*object.value());
    if (!report) return std::unexpected(report.error());
    reports.push_back(std::move(report.value()));
  }
  return reports;
}

/// A statement of before CTAP 2 has none. An option that is there and false can be set up.
Result<ModelFeatures> read_features(const json::object& statement) {
  const auto info = maybe_object(statement, "authenticatorGetInfo");
  if (!info) return malformed(info.error());
  if (info.value() == nullptr) return ModelFeatures{};
  const auto extensions = maybe_texts(*info.value(), "extensions");
  if (!extensions) return malformed(extensions.error());
  const auto& names = extensions.value();
  ModelFeatures features;
  features.has_hmac_secret = std::ranges::find(names, "hmac-secret") != names.end();
  const auto options = maybe_object(*info.value(), "options");
  if (!options) return malformed(options.error());
  if (options.value() == nullptr) return features;
  const auto resident = maybe_bool(*options.value(), "rk");
  if (!resident) return malformed(resident.error());
  features.has_resident_keys = resident.value().value_or(false);
  for (const char* option : {"uv", "clientPin"}) {
    const auto verifies = maybe_bool(*options.value(), option);
    if (!verifies) return malformed(verifies.error());
    if (verifies.value()) features.has_user_verification = true;
  }
  return features;
}

Result<void> read_statement(const json::object& statement, MetadataEntry& entry) {
  auto description = maybe_text(statement, "description");
  if (!description) return malformed(description.error());
  entry.description = description.value().value_or("");
  const auto version = maybe_integer(statement, "authenticatorVersion");
  if (!version) return malformed(version.error());
  entry.authenticator_version = version.value();
  const auto features = read_features(statement);
  if (!features) return std::unexpected(features.error());
  entry.features = features.value();
  const auto roots = maybe_texts(statement, "attestationRootCertificates");
  if (!roots) return malformed(roots.error());
  for (const auto& text : roots.value()) {
    auto der = decode_base64(text);
    if (der && Certificate::parse(der.value())) {
      entry.roots.push_back(std::move(der.value()));
    } else {
      ++entry.unreadable_roots;
    }
  }
  return {};
}

Result<void> read_identity(const json::object& object, MetadataEntry& entry) {
  const auto aaguid = maybe_text(object, "aaguid");
  if (!aaguid) return malformed(aaguid.error());
  if (aaguid.value()) {
    auto bytes = aaguid_from_text(aaguid.value().value());
    if (!bytes) return malformed("aaguid is no UUID");
    entry.aaguid = std::move(bytes.value());
  }
  const auto identifiers = maybe_texts(object, "attestationCertificateKeyIdentifiers");
  if (!identifiers) return malformed(identifiers.error());
  for (const auto& text : identifiers.value()) {
    auto bytes = from_hex(text);
    if (!bytes || bytes->size() != kKeyIdentifier) {
      return malformed("attestationCertificateKeyIdentifiers holds something but SHA-1 in hex");
    }
    entry.key_identifiers.push_back(std::move(bytes.value()));
  }
  return {};
}

/// An entry of UAF comes back without an identity.
Result<MetadataEntry> read_entry(const json::object& object) {
  MetadataEntry entry;
  if (auto read = read_identity(object, entry); !read) return std::unexpected(read.error());
  auto reports = read_reports(object);
  if (!reports) return std::unexpected(reports.error());
  entry.reports = std::move(reports.value());
  const auto statement = maybe_object(object, "metadataStatement");
  if (!statement) return malformed(statement.error());
  if (statement.value() == nullptr) return entry;
  if (auto read = read_statement(*statement.value(), entry); !read) {
    return std::unexpected(read.error());
  }
  return entry;
}

Result<std::vector<MetadataEntry>> read_entries(const json::array& array) {
  std::vector<MetadataEntry> entries;
  std::set<Bytes> seen;
  for (const auto& value : array) {
    const auto object = as_object(value, "entries");
    if (!object) return malformed(object.error());
    auto entry = read_entry(*object.value());
    if (!entry) return std::unexpected(entry.error());
    if (entry->aaguid.empty() && entry->key_identifiers.empty()) continue;
    auto is_new = [&seen](const Bytes& identity) { return seen.insert(identity).second; };
    if ((!entry->aaguid.empty() && !is_new(entry->aaguid)) ||
        !std::ranges::all_of(entry->key_identifiers, is_new)) {
      return malformed("two entries are about one authenticator");
    }
    entries.push_back(std::move(entry.value()));
  }
  return entries;
}

}  // namespace

Result<MetadataPayload> parse_metadata_payload(BytesView bytes) {
  const auto json = parse_strict_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                      kMaxMetadataBlob);
  if (!json) return malformed(json.error());
  const auto object = as_object(json.value(), "the payload");
  if (!object) return malformed(object.error());
  const auto number = maybe_integer(*object.value(), "no");
  if (!number || number.value().value_or(0) < 1) return malformed("no is no number from 1");
  const auto due = need_text(*object.value(), "nextUpdate");
  if (!due) return malformed(due.error());
  const auto next_update = read_date(due.value(), "nextUpdate");
  if (!next_update) return std::unexpected(next_update.error());
  const auto array = maybe_array(*object.value(), "entries");
  if (!array || array.value() == nullptr) return malformed("entries is no list");
  auto entries = read_entries(*array.value());
  if (!entries) return std::unexpected(entries.error());
  return MetadataPayload{.number = number.value().value(),
                         .next_update = next_update.value(),
                         .entries = std::move(entries.value())};
}

}  // namespace firstkey::core::webauthn
