// api-credential: create, list, revoke.

#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/administration/api_credential_registry.h"
#include "enroll/app/commands.h"
#include "enroll/app/role_words.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::ApiCredentialRegistry;
using core::ApiCredentialView;
using core::Result;

constexpr std::size_t kPage = 1000;

std::string_view name_of(core::ApiCredentialState state) {
  switch (state) {
    case core::ApiCredentialState::kUsable:
      return "usable";
    case core::ApiCredentialState::kExpired:
      return "expired";
    case core::ApiCredentialState::kRevoked:
      return "revoked";
  }
  return "revoked";
}

json::value time_or_null(const std::optional<core::Instant>& instant) {
  if (!instant) return nullptr;
  return json::value(core::to_rfc3339(instant.value()));
}

json::object to_json(const ApiCredentialView& view) {
  const auto& credential = view.credential;
  const auto roles = role_names(credential.roles);
  return {{"id", credential.id.text()},
          {"displayName", credential.name},
          {"userId", credential.owner.text()},
          {"userPrincipalName", view.owner_name},
          {"roles", json::array(roles.begin(), roles.end())},
          {"state", std::string(name_of(view.state))},
          {"createdDateTime", core::to_rfc3339(credential.created_at)},
          {"createdBy", credential.created_by.text()},
          {"expiresDateTime", core::to_rfc3339(credential.expires_at)},
          {"revokedDateTime", time_or_null(credential.revoked_at)},
          {"lastUsedDateTime", time_or_null(credential.last_used_at)}};
}

std::string roles_text(const core::ApiCredential& credential) {
  const auto names = role_names(credential.roles);
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

struct CreateOptions {
  std::string user;
  std::string name;
  std::vector<std::string> roles;
  int days = static_cast<int>(core::kApiCredentialLife.count());
};

Result<void> create(Workplace& workplace, const Output& output, const CreateOptions& options) {
  core::ApiCredentialRequest request{.owner = {options.user},
                                     .name = options.name,
                                     .roles = std::nullopt,
                                     .life = std::chrono::days(options.days)};
  if (!options.roles.empty()) {
    auto roles = parse_roles(options.roles);
    if (!roles) return std::unexpected(roles.error());
    request.roles = std::move(roles.value());
  }
  ApiCredentialRegistry registry(workplace.administration(), workplace.random());
  const auto created = registry.create(request);
  if (!created) return std::unexpected(created.error());
  const auto& view = created->credential;
  if (auto shown =
          output.secret_line("Secret", created->secret, "shown once; it cannot be shown again");
      !shown) {
    return shown;
  }
  output.line("Acts as", view.owner_name);
  output.line("Roles", roles_text(view.credential));
  output.line("Expires", local_time(view.credential.expires_at));
  output.line("Id", view.credential.id.text());
  return output.object_with_secret(to_json(view), "secret", created->secret);
}

Result<void> list(Workplace& workplace, const Output& output) {
  ApiCredentialRegistry registry(workplace.administration(), workplace.random());
  std::vector<std::vector<std::string>> rows;
  json::array array;
  core::ApiCredentialId after;
  for (std::size_t taken = kPage; taken == kPage;) {
    const auto page = registry.list(after, kPage);
    if (!page) return std::unexpected(page.error());
    taken = page->size();
    for (const auto& view : page.value()) {
      const auto& credential = view.credential;
      rows.push_back(
          {credential.name,
           view.owner_name,
           std::string(name_of(view.state)),
           local_time(credential.expires_at),
           credential.last_used_at ? local_time(*credential.last_used_at) : std::string("never"),
           credential.id.text()});
      array.push_back(to_json(view));
      after = credential.id;
    }
  }
  output.table({"Name", "Acts as", "State", "Expires", "Last used", "Id"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

Result<void> revoke(Workplace& workplace, const Output& output, const std::string& id) {
  ApiCredentialRegistry registry(workplace.administration(), workplace.random());
  const auto revoked = registry.revoke(core::ApiCredentialId(id));
  if (!revoked) return std::unexpected(revoked.error());
  output.line("Revoked", revoked->credential.name + "; it is refused from now on");
  output.object(to_json(revoked.value()));
  return {};
}

void add_create_command(CLI::App& family, Invocation& invocation) {
  auto* command = family.add_subcommand("create", "Let a script act as a user; shows its secret");
  command->footer(
      "Example:\n  firstkey api-credential create --for ana@example.org --name nightly-report "
      "--roles GlobalReader");
  const auto options = std::make_shared<CreateOptions>();
  command->add_option("--for", options->user, "The user it acts as: name or id")->required();
  command->add_option("--name", options->name, "What it is for, as the list shows it")->required();
  command
      ->add_option(
          "--roles", options->roles, "Of the user's roles these, separated by commas [all]")
      ->delimiter(',');
  command->add_option("--expires", options->days, "Days it is good for, 1 to 365 [90]")
      ->type_name("DAYS");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        return create(workplace, output, *options);
      });
    };
  });
}

}  // namespace

void add_api_credential_commands(CLI::App& program, Invocation& invocation) {
  auto* family =
      add_family(program, "api-credential", "What scripts show to act as a user over HTTPS");
  add_create_command(*family, invocation);
  add_command(*family, invocation, "list", "Show the API credentials", list);
  add_command_on(
      *family,
      invocation,
      "revoke",
      "Refuse an API credential from now on",
      {.argument = "id", .argument_help = "Its id, as the list shows it", .run = revoke});
}

}  // namespace firstkey::enroll
