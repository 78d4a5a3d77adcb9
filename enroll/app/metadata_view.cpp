#include "enroll/app/metadata_view.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/aaguid.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::webauthn::MetadataEntry;
using core::webauthn::StatusReport;

/// "2021-12-01", of an instant at midnight UTC.
std::string date_text(core::Instant day) {
  constexpr std::size_t kDate = 10;
  return core::to_rfc3339(day).substr(0, kDate);
}

template <class Value, class Function>
json::value if_any(const std::optional<Value>& value, const Function& function) {
  return value ? json::value(function(value.value())) : json::value(nullptr);
}

json::value number_or_null(const std::optional<std::int64_t>& number) {
  return if_any(number, [](std::int64_t value) { return value; });
}

/// A model's AAGUID; of U2F keys, which have none, that they are.
std::string model_text(const MetadataEntry& entry) {
  return entry.aaguid.empty() ? "U2F" : core::aaguid_text(entry.aaguid);
}

json::value aaguid_json(const MetadataEntry& entry) {
  if (entry.aaguid.empty()) return nullptr;
  return json::value(core::aaguid_text(entry.aaguid));
}

std::vector<std::string> status_names(const MetadataEntry& entry) {
  std::vector<std::string> names;
  std::ranges::transform(entry.reports, std::back_inserter(names), &StatusReport::name);
  return names;
}

json::array texts_json(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::array hashes_json(const std::vector<core::Bytes>& certificates) {
  json::array hashes;
  for (const auto& der : certificates) hashes.emplace_back(core::to_hex(core::sha256(der)));
  return hashes;
}

json::object report_json(const StatusReport& report) {
  return {{"status", report.name},
          {"effectiveDate", if_any(report.effective_date, date_text)},
          {"authenticatorVersion", number_or_null(report.authenticator_version)},
          {"certificates", hashes_json(report.certificates)}};
}

json::object model_json(const core::KnownModel& model) {
  const auto& entry = model.entry;
  json::array identifiers;
  for (const auto& identifier : entry.key_identifiers) {
    identifiers.emplace_back(core::to_hex(identifier));
  }
  json::array reports;
  for (const auto& report : entry.reports) reports.push_back(report_json(report));
  return {{"aaGuid", aaguid_json(entry)},
          {"attestationCertificateKeyIdentifiers", std::move(identifiers)},
          {"description", entry.description},
          {"authenticatorVersion", number_or_null(entry.authenticator_version)},
          {"certification",
           if_any(model.certification, [](auto status) { return std::string(to_string(status)); })},
          {"statusReports", std::move(reports)},
          {"rootCertificates", hashes_json(entry.roots)},
          {"unreadableRootCertificates", entry.unreadable_roots}};
}

std::string certification_text(const core::KnownModel& model) {
  return model.certification ? std::string(to_string(model.certification.value())) : "none";
}

const char* change_name(const core::ModelChange& change) {
  if (!change.before) return "added";
  return change.after ? "changed" : "removed";
}

std::vector<std::string> status_names(const std::optional<MetadataEntry>& entry) {
  return entry ? status_names(entry.value()) : std::vector<std::string>();
}

json::object change_json(const core::ModelChange& change) {
  const auto& entry = change.after ? change.after.value() : change.before.value();
  return {{"change", change_name(change)},
          {"aaGuid", aaguid_json(entry)},
          {"description", entry.description},
          {"statusesBefore", texts_json(status_names(change.before))},
          {"statuses", texts_json(status_names(change.after))}};
}

json::object condemned_json(const core::CondemnedCredential& condemned) {
  return {{"credentialId", core::to_base64url(condemned.credential.id)},
          {"userPrincipalName", condemned.user_name},
          {"aaGuid", core::aaguid_text(condemned.credential.aaguid)},
          {"status", condemned.status},
          {"description", condemned.description},
          {"isNew", condemned.is_news}};
}

void tell_changes(const std::vector<core::ModelChange>& changes, const Output& output) {
  if (changes.empty()) return output.say("It knows no model otherwise");
  std::vector<std::vector<std::string>> rows;
  for (const auto& change : changes) {
    const auto& entry = change.after ? change.after.value() : change.before.value();
    rows.push_back({change_name(change),
                    entry.description,
                    model_text(entry),
                    fmt::format("{}", fmt::join(status_names(entry), ", "))});
  }
  output.table({"Change", "Model", "AAGUID", "Status"}, rows);
}

void tell_condemned(const core::MetadataComparison& comparison, const Output& output) {
  if (comparison.condemned.empty() && comparison.unseen_condemned == 0) {
    return output.say("It condemns no registered credential");
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(comparison.condemned.size());
  for (const auto& one : comparison.condemned) {
    rows.push_back({one.user_name,
                    one.is_news ? "new" : "known",
                    one.status,
                    core::to_base64url(one.credential.id)});  // last: it can be long
  }
  output.heading("Condemned credentials");
  output.table({"User", "Since", "Status", "Credential"}, rows);
  if (comparison.unseen_condemned != 0) {
    output.say(fmt::format("and {} of users whose credentials you may not see",
                           comparison.unseen_condemned));
  }
}

}  // namespace

void tell_state(const core::MetadataState& state, const Output& output) {
  const auto& current = state.current;
  output.line("Metadata", fmt::format("no. {}; models known: {}", current.number, state.entries));
  output.line("Imported", local_time(current.imported_at));
  output.line("Next due", date_text(current.next_update));
  output.line(state.is_in_force() ? "In force" : "Careful",
              state.is_in_force()
                  ? "until " + local_time(state.in_force_until)
                  : "out of date: it vouches for no key any more; import a newer BLOB");
  if (current.previous_number) {
    output.line("Before it", fmt::format("no. {}", current.previous_number.value()));
  }
  output.object({{"number", current.number},
                 {"nextUpdate", date_text(current.next_update)},
                 {"importedDateTime", core::to_rfc3339(current.imported_at)},
                 {"inForceUntilDateTime", core::to_rfc3339(state.in_force_until)},
                 {"isInForce", state.is_in_force()},
                 {"models", state.entries},
                 {"previousNumber", number_or_null(current.previous_number)}});
}

void tell_models(const std::vector<core::KnownModel>& models, const Output& output) {
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& model : models) {
    rows.push_back({model_text(model.entry), certification_text(model), model.entry.description});
    array.push_back(model_json(model));
  }
  output.table({"AAGUID", "Certification", "Model"}, rows);
  output.object({{"value", std::move(array)}});
}

void tell_model(const core::KnownModel& model, const Output& output) {
  const auto& entry = model.entry;
  output.line("Model", entry.description);
  output.line("AAGUID", model_text(entry));
  if (entry.authenticator_version) {
    output.line("Firmware", std::to_string(entry.authenticator_version.value()));
  }
  output.line("Certified", certification_text(model));
  output.line("Roots", std::to_string(entry.roots.size()));
  for (const auto& report : entry.reports) {
    output.line(
        "Status",
        report.name + (report.effective_date ? " since " + date_text(report.effective_date.value())
                                             : std::string()));
  }
  output.object(model_json(model));
}

void tell_comparison(const core::MetadataComparison& comparison, const Output& output) {
  output.line("Compared",
              comparison.current_number
                  ? fmt::format("no. {} with the current no. {}",
                                comparison.number,
                                comparison.current_number.value())
                  : fmt::format("no. {}; none is current yet", comparison.number));
  output.line("Next due", date_text(comparison.next_update));
  tell_changes(comparison.models, output);
  tell_condemned(comparison, output);
  json::array models;
  for (const auto& change : comparison.models) models.push_back(change_json(change));
  json::array condemned;
  for (const auto& one : comparison.condemned) condemned.push_back(condemned_json(one));
  output.object({{"number", comparison.number},
                 {"nextUpdate", date_text(comparison.next_update)},
                 {"currentNumber", number_or_null(comparison.current_number)},
                 {"models", std::move(models)},
                 {"condemnedCredentials", std::move(condemned)},
                 {"unseenCondemnedCredentials", comparison.unseen_condemned}});
}

}  // namespace firstkey::enroll
