// audit: the trail read, exported and redacted.

#include <cstdio>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/administration/audit_export.h"
#include "core/administration/audit_redaction.h"
#include "core/administration/audit_trail.h"
#include "enroll/app/audit_head_commands.h"
#include "enroll/app/commands.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::Result;

/// The value of a personal field as `audit list` shows it: null once it was erased.
json::value shown(const core::PersonalField& field) {
  if (field.is_erased()) return nullptr;
  return json::value(field.value);
}

json::object details_json(const core::AuditRow& row) {
  json::object details;
  for (const auto& [name, value] : row.details) details[name] = value;
  return details;
}

/// What a row is listed with and exported with; personal fields and hashes come after it.
json::object row_json(const core::AuditRow& row) {
  return {{"chain", row.chain},
          {"sequence", row.sequence},
          {"activityDateTime", core::to_rfc3339(row.at)},
          {"action", row.action},
          {"outcome", row.outcome},
          {"correlationId", row.correlation.text()},
          {"details", details_json(row)}};
}

json::object listed_json(const core::AuditRow& row) {
  auto object = row_json(row);
  json::object personal;
  for (const auto& [name, field] : row.personal) personal[name] = shown(field);
  object["personal"] = std::move(personal);
  object["hash"] = core::to_hex(row.hash);
  return object;
}

/// The form is told in core/README.md, "Export".
json::object exported_json(const core::AuditRow& row) {
  auto object = row_json(row);
  json::object personal;
  for (const auto& [name, field] : row.personal) {
    json::object shown{{"commitment", core::to_hex(field.commitment)},
                       {"isRedacted", field.is_erased()}};
    if (!field.salt.empty()) {
      shown["salt"] = core::to_hex(field.salt);
      shown["value"] = field.value;
    }
    personal[name] = std::move(shown);
  }
  object["personal"] = std::move(personal);
  object["previousHash"] = core::to_hex(row.previous_hash);
  object["hash"] = core::to_hex(row.hash);
  return object;
}

struct ListOptions {
  std::string correlation;
  std::string pass;
  std::string credential;
  std::string action;
  std::string reference;
  std::size_t limit = 100;
};

Result<std::vector<core::AuditRow>> rows_asked_for(Workplace& workplace,
                                                   const ListOptions& options) {
  core::AuditTrail trail(workplace.administration());
  using Kind = core::AuditSubject::Kind;
  if (!options.pass.empty()) {
    return trail.story({.kind = Kind::kPass, .id = options.pass}, options.limit);
  }
  if (!options.credential.empty()) {
    return trail.story({.kind = Kind::kCredential, .id = options.credential}, options.limit);
  }
  core::AuditQuery query{.correlation = std::nullopt,
                         .action = std::nullopt,
                         .reference = std::nullopt,
                         .limit = options.limit};
  if (!options.correlation.empty()) query.correlation = core::CorrelationId(options.correlation);
  if (!options.action.empty()) query.action = options.action;
  if (!options.reference.empty()) query.reference = options.reference;
  return trail.list(query);
}

std::string names_in(const core::AuditRow& row) {
  std::string names;
  for (const auto& [name, field] : row.personal) {
    const auto& shown = field.is_erased() ? "(erased)" : field.value;
    if (!shown.empty()) names += (names.empty() ? "" : ", ") + shown;
  }
  return names;
}

Result<void> list_audit(Workplace& workplace, const Output& output, const ListOptions& options) {
  const auto listed = rows_asked_for(workplace, options);
  if (!listed) return std::unexpected(listed.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& row : listed.value()) {
    rows.push_back(
        {std::to_string(row.sequence), local_time(row.at), row.action, row.outcome, names_in(row)});
    array.push_back(listed_json(row));
  }
  output.table({"Row", "Time", "Action", "Outcome", "Who and where"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

struct ExportOptions {
  std::string since;
  std::string until;
  bool has_names = false;
};

/// Errors: kInvalidArgument.
Result<std::optional<core::Instant>> instant_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto instant = core::from_rfc3339(text);
  if (instant) return instant;
  return core::fail(core::ErrorCode::kInvalidArgument,
                    text + " is no time as in 2026-05-01T12:00:00Z");
}

Result<void> export_audit(Workplace& workplace, const ExportOptions& options) {
  const auto since = instant_of(options.since);
  if (!since) return std::unexpected(since.error());
  const auto until = instant_of(options.until);
  if (!until) return std::unexpected(until.error());
  const core::AuditRange range{
      .since = since.value(),
      .until = until.value(),
      .names = options.has_names ? core::AuditNames::kIncluded : core::AuditNames::kWithheld};
  bool is_written = true;
  const auto exported =
      core::AuditExport(workplace.administration()).run(range, [&](const core::AuditRow& row) {
        const auto line = json::serialize(exported_json(row)) + "\n";
        is_written = std::fwrite(line.data(), 1, line.size(), stdout) == line.size();
        return is_written;
      });
  if (!exported) return exported;
  if (is_written && std::fflush(stdout) == 0) return {};
  return core::fail(core::ErrorCode::kNotShown,
                    "the export could not be written out to its end; begin it anew");
}

struct RedactOptions {
  std::string user;
  std::int64_t row = 0;
  std::int64_t chain = core::kFirstChain;
};

Result<void> redact_audit(Workplace& workplace,
                          const Output& output,
                          const RedactOptions& options) {
  if (options.user.empty() == (options.row == 0)) {
    return core::fail(core::ErrorCode::kInvalidArgument, "say either --user or --row");
  }
  core::AuditRedaction redaction(workplace.administration());
  const auto redacted =
      options.user.empty() ? redaction.redact_row({.chain = options.chain, .sequence = options.row})
                           : redaction.redact_user({.text = options.user});
  if (!redacted) return std::unexpected(redacted.error());
  output.line("Names", fmt::format("erased, rows: {}", redacted->rows));
  json::object object{{"redactedRows", redacted->rows}, {"isScrubbed", !redacted->left_behind}};
  if (redacted->left_behind) output.line("Careful", redacted->left_behind->detail);
  output.object(object);
  return {};
}

void add_list_command(CLI::App& audit, Invocation& invocation) {
  const auto options = std::make_shared<ListOptions>();
  auto* list = add_command(audit,
                           invocation,
                           "list",
                           "Show the newest rows, oldest first",
                           [options](Workplace& workplace, const Output& output) {
                             return list_audit(workplace, output, *options);
                           });
  list->footer("Example:\n  firstkey audit list --reference 7KQM3T");
  auto* correlation = list->add_option("--correlation", options->correlation, "One pass's story");
  auto* action = list->add_option("--action", options->action, "An action, or a family: pass.");
  auto* reference =
      list->add_option("--reference", options->reference, "What a refused person was told");
  auto* pass = list->add_option("--pass", options->pass, "The story of this pass, by its id");
  auto* credential = list->add_option(
      "--credential", options->credential, "The story that this credential belongs to, by its id");
  for (auto* subject : {pass, credential}) {
    for (auto* filter : {correlation, action, reference}) subject->excludes(filter);
  }
  pass->excludes(credential);
  list->add_option("--limit", options->limit, "How many, 1..1000 [100]");
}

void add_export_command(CLI::App& audit, Invocation& invocation) {
  const auto options = std::make_shared<ExportOptions>();
  auto* command = add_command(
      audit,
      invocation,
      "export",
      "Print rows as lines of JSON, for others to check",
      [options](Workplace& workplace, const Output&) { return export_audit(workplace, *options); });
  command->footer("Example:\n  firstkey audit export --since 2026-05-01T00:00:00Z > trail.jsonl");
  command->add_option("--since", options->since, "From this instant on, RFC 3339");
  command->add_option("--until", options->until, "Before this instant, RFC 3339");
  command->add_flag("--with-names", options->has_names, "With the names, for auditors");
}

void add_redact_command(CLI::App& audit, Invocation& invocation) {
  const auto options = std::make_shared<RedactOptions>();
  auto* command = add_command(audit,
                              invocation,
                              "redact",
                              "Erase somebody's name from the rows so far; the chain stays whole",
                              [options](Workplace& workplace, const Output& output) {
                                return redact_audit(workplace, output, *options);
                              });
  command->footer("Example:\n  firstkey audit redact --user lee@example.org");
  command->add_option("--user", options->user, "User principal name or id, also of who has left");
  command->add_option("--row", options->row, "All names of one row, by its number");
  command->add_option("--chain", options->chain, "The row's chain [1]");
}

}  // namespace

void add_audit_commands(CLI::App& program, Invocation& invocation) {
  auto* audit = add_family(program, "audit", "The audit trail");
  add_list_command(*audit, invocation);
  add_audit_head_commands(*audit, invocation);
  add_export_command(*audit, invocation);
  add_redact_command(*audit, invocation);
}

}  // namespace firstkey::enroll
