// credential: what is registered.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "core/aaguid.h"
#include "core/administration/credential_registry.h"
#include "enroll/app/commands.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::CredentialRecord;
using core::CredentialRegistry;
using core::Result;

std::string_view level_of(const CredentialRecord& credential) {
  return credential.attestation_level == core::AttestationLevel::kAttested ? "attested"
                                                                           : "notAttested";
}

std::string_view state_of(const CredentialRecord& credential) {
  if (credential.withdrawn_at) return "withdrawn";
  return credential.is_proven() ? "proven" : "unproven";
}

}  // namespace

json::object to_json(const CredentialRecord& credential) {
  return {{"id", core::to_base64url(credential.id)},
          {"displayName", credential.display_name},
          {"createdDateTime", core::to_rfc3339(credential.created_at)},
          {"aaGuid", core::aaguid_text(credential.aaguid)},
          {"attestationLevel", std::string(level_of(credential))},
          {"attestationFormat", credential.attestation_format},
          {"isProven", credential.is_proven()},
          {"isSimulated", credential.is_simulated},
          {"correlationId", credential.correlation.text()}};
}

namespace {

Result<core::Bytes> parse_credential_id(const std::string& text) {
  auto id = core::from_base64url(text);
  if (!id || id->empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "a credential's id is base64url, as credential list shows it");
  }
  return std::move(id.value());
}

Result<void> list_credentials(Workplace& workplace, const Output& output, const std::string& user) {
  const auto credentials =
      CredentialRegistry(workplace.administration()).list_of(core::UserReference{user});
  if (!credentials) return std::unexpected(credentials.error());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& credential : credentials.value()) {
    rows.push_back({credential.display_name,
                    std::string(level_of(credential)),
                    std::string(state_of(credential)),
                    local_time(credential.created_at),
                    core::to_base64url(credential.id)});  // last: it can be long
    array.push_back(to_json(credential));
  }
  output.table({"Name", "Attestation", "Proof", "Created", "Credential"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> show_credential(Workplace& workplace, const Output& output, const std::string& text) {
  const auto id = parse_credential_id(text);
  if (!id) return std::unexpected(id.error());
  const auto shown = CredentialRegistry(workplace.administration()).show(id.value());
  if (!shown) return std::unexpected(shown.error());
  output.line("Credential", core::to_base64url(shown->id));
  output.line("Name", shown->display_name);
  output.line("AAGUID", core::aaguid_text(shown->aaguid));
  output.line("Verified", shown->attestation_format + ", " + std::string(level_of(shown.value())));
  output.line("Proof",
              shown->proven_at ? "signed in with at " + local_time(*shown->proven_at)
                               : std::string(state_of(shown.value())));
  if (shown->is_simulated) output.line("Careful", "of a software key: for rehearsal only");
  output.line("Created", local_time(shown->created_at));
  output.line("Trail", shown->correlation.text());
  output.object(to_json(shown.value()));
  return {};
}

/// The record in full is JSON either way: it is for machines and for the curious.
Result<void> export_credential(Workplace& workplace,
                               const Output& /*output*/,
                               const std::string& text) {
  const auto id = parse_credential_id(text);
  if (!id) return std::unexpected(id.error());
  const auto exported = CredentialRegistry(workplace.administration()).export_json(id.value());
  if (!exported) return std::unexpected(exported.error());
  Output(OutputForm::kJson).object(json::parse(exported.value()).as_object());
  return {};
}

Result<void> delete_credential(Workplace& workplace,
                               const Output& output,
                               const std::string& text) {
  const auto id = parse_credential_id(text);
  if (!id) return std::unexpected(id.error());
  const auto removed = CredentialRegistry(workplace.administration()).remove(id.value());
  if (!removed) return removed;
  output.say("Deleted the record; what is on the key stays there");
  output.object({{"deleted", text}});
  return {};
}

ArgumentCommand on_credential(decltype(ArgumentCommand::run) run) {
  return {.argument = "id", .argument_help = "Credential id, base64url", .run = std::move(run)};
}

}  // namespace

void add_credential_commands(CLI::App& program, Invocation& invocation) {
  auto* credential = add_family(program, "credential", "Registered credentials");
  add_command_on(
      *credential,
      invocation,
      "list",
      "List a user's credentials",
      {.argument = "user", .argument_help = "User principal name or id", .run = list_credentials});
  add_command_on(
      *credential, invocation, "show", "Show a credential", on_credential(show_credential));
  add_command_on(*credential,
                 invocation,
                 "export",
                 "Print a credential record as JSON, for another relying party's server",
                 on_credential(export_credential));
  add_command_on(*credential,
                 invocation,
                 "delete",
                 "Delete a credential record",
                 on_credential(delete_credential));
}

}  // namespace firstkey::enroll
