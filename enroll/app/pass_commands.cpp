// pass: issue, list, show, delete.

#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "core/administration/pass_issuer.h"
#include "core/passcode.h"
#include "enroll/app/commands.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::PassIssuer;
using core::PassView;
using core::Result;
using core::UserReference;

constexpr std::size_t kPage = 1000;

/// Graph's temporaryAccessPassAuthenticationMethod, and the user it belongs to.
json::object pass_json(const PassView& pass) {
  return {{"id", pass.id.text()},
          {"userId", pass.user.text()},
          {"userPrincipalName", pass.user_name},
          {"createdDateTime", core::to_rfc3339(pass.created_at)},
          {"startDateTime", core::to_rfc3339(pass.start_at)},
          {"lifetimeInMinutes", pass.lifetime.count()},
          {"isUsableOnce", pass.is_one_time},
          {"isUsable", pass.is_usable()},
          {"methodUsabilityReason", std::string(core::to_string(pass.reason))},
          {"correlationId", pass.correlation.text()}};
}

std::string usable_sentence(const PassView& pass) {
  const auto from = pass.reason == core::UsabilityReason::kNotYetValid
                        ? "from " + local_time(pass.start_at)
                        : std::string("now");
  return fmt::format("{} until {} ({} minutes), {}",
                     from,
                     local_time(pass.end_at),
                     pass.lifetime.count(),
                     pass.is_one_time ? "once" : "as often as needed");
}

void show_pass(const Output& output, const PassView& pass) {
  output.line("User", pass.user_name);
  output.line("State", core::to_string(pass.reason));
  output.line("Start", local_time(pass.start_at));
  output.line("End", local_time(pass.end_at));
  output.line("Kind", pass.is_one_time ? "one-time" : "multi-use");
  if (pass.redeemed_at) output.line("Redeemed", local_time(pass.redeemed_at.value()));
  output.line("Id", pass.id.text());
  output.line("Trail", pass.correlation.text());
  output.object(pass_json(pass));
}

struct CreateOptions {
  std::string user;
  std::string start;
  std::optional<int> lifetime;
  bool is_one_time = false;
  bool is_multi_use = false;
};

Result<void> create(Workplace& workplace, const Output& output, const CreateOptions& options) {
  core::PassRequest request{.user = UserReference{options.user},
                            .start_at = std::nullopt,
                            .lifetime = std::nullopt,
                            .is_one_time = std::nullopt};
  if (!options.start.empty()) {
    request.start_at = core::from_rfc3339(options.start);
    if (!request.start_at) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        "--start is no time; write it as 2026-05-01T09:00:00+02:00");
    }
  }
  if (options.lifetime) request.lifetime = std::chrono::minutes(options.lifetime.value());
  if (options.is_one_time || options.is_multi_use) request.is_one_time = options.is_one_time;
  PassIssuer issuer(
      workplace.administration(), workplace.random(), workplace.pepper(), workplace.hasher());
  const auto issued = issuer.issue(request);
  if (!issued) return std::unexpected(issued.error());
  const auto& pass = issued->pass;
  if (auto shown = output.secret_line(
          "Passcode", core::in_groups(issued->passcode), "shown once; it cannot be shown again");
      !shown) {
    return shown;
  }
  output.line("Usable", usable_sentence(pass));
  if (pass.is_one_time) output.line("Then", "10 minutes to finish registering a key");
  if (issued->replaced) output.line("Replaced", "the earlier pass; its sessions have ended");
  for (const auto warning : issued->warnings) {
    output.line("Careful",
                warning == core::ErrorCode::kUserOutOfScope
                    ? "the policy does not include this user: redeeming will be refused"
                    : "this user is disabled: redeeming will be refused");
  }
  return output.object_with_secret(pass_json(pass), "temporaryAccessPass", issued->passcode);
}

Result<void> list(PassIssuer& issuer, const Output& output) {
  std::vector<std::vector<std::string>> rows;
  json::array array;
  core::PassId after;
  while (true) {
    const auto page = issuer.list(after, kPage);
    if (!page) return std::unexpected(page.error());
    if (page->empty()) break;
    for (const auto& pass : page.value()) {
      rows.push_back({pass.user_name,
                      std::string(core::to_string(pass.reason)),
                      local_time(pass.start_at),
                      local_time(pass.end_at),
                      pass.is_one_time ? "one-time" : "multi-use"});
      array.push_back(pass_json(pass));
    }
    after = page->back().id;
  }
  output.table({"User", "State", "Start", "End", "Kind"}, rows);
  output.object({{"value", std::move(array)}});
  return {};
}

void add_create(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("create", "Issue a pass; its passcode is shown once");
  command->footer(
      "Examples:\n  firstkey pass create lee@example.org --one-time\n"
      "  firstkey pass create lee@example.org --start 2026-05-01T09:00:00+02:00 --lifetime 480");
  const auto options = std::make_shared<CreateOptions>();
  command->add_option("user", options->user, "User principal name or id")->required();
  command->add_option("--lifetime", options->lifetime, "Minutes, within the policy's range");
  command->add_option("--start", options->start, "When it becomes usable, RFC 3339 [now]");
  auto* once = command->add_flag("--one-time", options->is_one_time, "Usable exactly once");
  command->add_flag("--multi-use", options->is_multi_use, "Usable until it ends")->excludes(once);
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        return create(workplace, output, *options);
      });
    };
  });
}

void add_verb(
    CLI::App& parent,
    Invocation& invocation,
    const char* name,
    const char* help,
    const std::function<Result<void>(PassIssuer&, const std::string&, const Output&)>& act) {
  auto* command = parent.add_subcommand(name, help);
  const auto user = std::make_shared<std::string>();
  if (std::string_view(name) != "list") {
    command->add_option("user", *user, "User principal name or id")->required();
  }
  command->callback([&invocation, user, act] {
    invocation.action = [&invocation, user, act] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        PassIssuer issuer(
            workplace.administration(), workplace.random(), workplace.pepper(), workplace.hasher());
        return act(issuer, *user, output);
      });
    };
  });
}

}  // namespace

void add_pass_commands(CLI::App& program, Invocation& invocation) {
  auto* pass = program.add_subcommand("pass", "Temporary Access Passes");
  pass->require_subcommand(1);
  add_create(*pass, invocation);
  add_verb(*pass,
           invocation,
           "list",
           "List passes and how they stand now",
           [](auto& issuer, const auto&, const auto& output) { return list(issuer, output); });
  add_verb(*pass,
           invocation,
           "show",
           "Show a user's pass, never its passcode",
           [](auto& issuer, const auto& user, const auto& output) -> Result<void> {
             const auto shown = issuer.show(UserReference{user});
             if (!shown) return std::unexpected(shown.error());
             show_pass(output, shown.value());
             return {};
           });
  add_verb(*pass,
           invocation,
           "delete",
           "Delete a user's pass; its sessions end",
           [](auto& issuer, const auto& user, const auto& output) -> Result<void> {
             const auto removed = issuer.remove(UserReference{user});
             if (!removed) return std::unexpected(removed.error());
             output.say("Deleted the pass of " + user);
             output.object({{"deleted", user}});
             return {};
           });
}

}  // namespace firstkey::enroll
