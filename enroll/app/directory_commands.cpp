// init and user: who there is.

#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "core/administration/deployment.h"
#include "core/administration/user_directory.h"
#include "core/passcode.h"
#include "enroll/app/commands.h"
#include "enroll/app/role_words.h"
#include "enroll/app/terminal.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using core::Result;
using core::User;
using core::UserDirectory;
using core::UserReference;

constexpr std::size_t kPage = 1000;

std::string_view name_of(core::UserType type) {
  switch (type) {
    case core::UserType::kMember:
      return "member";
    case core::UserType::kInternalGuest:
      return "internalGuest";
    case core::UserType::kExternalGuest:
      return "externalGuest";
  }
  return "member";
}

const std::map<std::string, core::UserType> kTypes{
    {"member", core::UserType::kMember},
    {"internalGuest", core::UserType::kInternalGuest},
    {"externalGuest", core::UserType::kExternalGuest}};

std::string joined(const std::vector<std::string>& texts) {
  return texts.empty() ? "-" : fmt::format("{}", fmt::join(texts, ", "));
}

json::object user_json(const User& user) {
  const auto roles = role_names(user.roles);
  return {{"id", user.id.text()},
          {"userPrincipalName", user.name},
          {"displayName", user.display_name},
          {"userType", std::string(name_of(user.type))},
          {"accountEnabled", user.is_enabled},
          {"groups", json::array(user.groups.begin(), user.groups.end())},
          {"roles", json::array(roles.begin(), roles.end())},
          {"createdDateTime", core::to_rfc3339(user.created_at)}};
}

void show_user(const Output& output, const User& user) {
  output.line("User", user.name);
  output.line("Name", user.display_name);
  output.line("Type", name_of(user.type));
  output.line("State", user.is_enabled ? "enabled" : "disabled");
  output.line("Groups", joined(user.groups));
  output.line("Roles", joined(role_names(user.roles)));
  output.line("Created", local_time(user.created_at));
  output.line("Id", user.id.text());
  output.object(user_json(user));
}

struct InitOptions {
  std::string rp_id;
  std::string rp_name;
  std::vector<std::string> origins;
  std::string user;
  std::string display_name;
};

/// Asks a person at a terminal for what `options` lack; else the flags are named.
Attempt<InitOptions> completed(InitOptions options) {
  if (!options.rp_id.empty() && !options.user.empty()) return options;
  const auto terminal = Terminal::find();
  if (!terminal)
    return misuse("init needs --rp-id and --user, when there is no terminal to ask at");
  SignalWatch signals;
  const auto ask = [&](std::string& option, const char* label) -> Attempt<void> {
    while (option.empty()) {
      auto answer = ask_text(*terminal, signals, label);
      if (!answer) return std::unexpected(answer.error());
      option = std::move(answer.value());
    }
    return {};
  };
  const bool is_new_user = options.user.empty();
  if (auto asked = ask(options.rp_id, "Domain keys are registered for, such as example.org");
      !asked) {
    return std::unexpected(asked.error());
  }
  if (auto asked = ask(options.user, "Your user principal name, such as you@example.org"); !asked) {
    return std::unexpected(asked.error());
  }
  if (is_new_user && options.display_name.empty()) {
    auto name = ask_text(*terminal, signals, "Your name");
    if (!name) return std::unexpected(name.error());
    options.display_name = std::move(name.value());
  }
  return options;
}

ExitCode initialise(const Invocation& invocation, const InitOptions& given) {
  const auto output = invocation.output();
  const auto asked = completed(given);
  if (!asked) return output.failure(asked.error());
  const auto& options = asked.value();
  const core::RelyingParty relying_party{
      .id = options.rp_id,
      .name = options.rp_name.empty() ? options.rp_id : options.rp_name,
      .origins =
          options.origins.empty() ? std::vector{"https://" + options.rp_id} : options.origins};
  // Checked before anything is created, so that a misspelt domain leaves no store behind.
  if (const auto checked = core::validate(relying_party); !checked) {
    return output.failure(checked.error());
  }
  auto workplace = Workplace::create(invocation.place);
  if (!workplace) return output.failure(workplace.error());
  core::Deployment deployment(workplace.value()->administration(),
                              workplace.value()->random(),
                              workplace.value()->hasher());
  const auto done = deployment.initialise({.relying_party = relying_party,
                                           .administrator_name = options.user,
                                           .administrator_display_name = options.display_name});
  if (!done) return output.failure(done.error());
  const auto& pass = done->bootstrap.pass;
  output.line("Party", relying_party.id + " (cannot change once a key is registered)");
  output.line("Store", invocation.place.store + " (new)");
  output.line("Pepper", invocation.place.pepper() + " (back it up apart from the store)");
  output.line("You", done->administrator.name + ", every administrator role");
  if (const auto shown = output.secret_line("Passcode",
                                            core::in_groups(done->bootstrap.passcode),
                                            "for your own first key; shown once");
      !shown) {
    return output.failure(shown.error());
  }
  output.line("Usable",
              fmt::format("until {}, {}",
                          local_time(pass.end_at),
                          pass.is_one_time ? "once" : "as often as needed"));
  const auto printed = output.object_with_secret(
      {{"relyingParty", {{"id", relying_party.id}, {"name", relying_party.name}}},
       {"store", invocation.place.store},
       {"administrator", user_json(done->administrator)},
       {"passId", pass.id.text()}},
      "temporaryAccessPass",
      done->bootstrap.passcode);
  return printed ? ExitCode::kDone : output.failure(printed.error());
}

/// A subcommand that names one user and does one thing to them.
void add_user_verb(
    CLI::App& parent,
    Invocation& invocation,
    const char* name,
    const char* help,
    const std::function<Result<void>(UserDirectory&, const std::string&, const Output&)>& act) {
  auto* command = parent.add_subcommand(name, help);
  const auto user = std::make_shared<std::string>();
  command->add_option("user", *user, "User principal name or id")->required();
  command->callback([&invocation, user, act] {
    invocation.action = [&invocation, user, act] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        UserDirectory directory(workplace.administration(), workplace.random());
        return act(directory, *user, output);
      });
    };
  });
}

Result<void> show_result(const Result<User>& user, const Output& output) {
  if (!user) return std::unexpected(user.error());
  show_user(output, user.value());
  return {};
}

Result<void> list_users(UserDirectory& directory, const Output& output) {
  std::vector<std::vector<std::string>> rows;
  json::array list;
  std::string after;
  while (true) {
    const auto page = directory.list(after, kPage);
    if (!page) return std::unexpected(page.error());
    if (page->empty()) break;
    for (const auto& user : page.value()) {
      rows.push_back({user.name,
                      user.display_name,
                      user.is_enabled ? "enabled" : "disabled",
                      joined(user.groups),
                      joined(role_names(user.roles))});
      list.push_back(user_json(user));
    }
    after = core::normalised_name(page->back().name);
  }
  output.table({"User", "Name", "State", "Groups", "Roles"}, rows);
  output.object({{"value", std::move(list)}});
  return {};
}

void add_init(CLI::App& program, Invocation& invocation) {
  auto* command = program.add_subcommand(
      "init", "Set up a store and its first administrator; asks for what is not given");
  command->footer(
      "Example:\n  firstkey init --rp-id example.org --user ana@example.org --name \"Ana Ortega\"");
  const auto options = std::make_shared<InitOptions>();
  command->add_option(
      "--rp-id", options->rp_id, "Relying party id: the domain keys are registered for");
  command->add_option("--rp-name", options->rp_name, "Its name, as keys and browsers show it");
  command->add_option("--origin", options->origins, "An exact origin; repeatable [https://RP-ID]");
  command->add_option("--user", options->user, "Your user principal name");
  command->add_option("--name", options->display_name, "Your display name");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return initialise(invocation, *options); };
  });
}

void add_user_add(CLI::App& parent, Invocation& invocation) {
  struct Options {
    core::UserRequest request;
    std::vector<std::string> roles;
  };
  auto* command = parent.add_subcommand("add", "Add a user to the directory");
  command->footer(
      "Example:\n  firstkey user add lee@example.org --name \"Lee Osei\" --groups newcomers");
  const auto options = std::make_shared<Options>();
  command->add_option("user", options->request.name, "User principal name")->required();
  command->add_option("--name", options->request.display_name, "Display name");
  command->add_option("--groups", options->request.groups, "Groups, separated by commas")
      ->delimiter(',');
  command->add_option("--roles", options->roles, "Roles, separated by commas")->delimiter(',');
  command->add_option("--type", options->request.type, "member, internalGuest or externalGuest")
      ->transform(CLI::CheckedTransformer(kTypes).description(""))
      ->type_name("TYPE");
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] {
      return run_in_workplace(
          invocation, [&](Workplace& workplace, const Output& output) -> Result<void> {
            auto roles = parse_roles(options->roles);
            if (!roles) return std::unexpected(roles.error());
            options->request.roles = roles.value();
            UserDirectory directory(workplace.administration(), workplace.random());
            return show_result(directory.add(options->request), output);
          });
    };
  });
}

/// role set USER ROLES and groups USER GROUPS: a user and a list.
void add_user_list_setter(
    CLI::App& parent,
    Invocation& invocation,
    const char* name,
    const char* help,
    const char* list_help,
    const std::function<
        Result<User>(UserDirectory&, const UserReference&, const std::vector<std::string>&)>& set) {
  struct Options {
    std::string user;
    std::vector<std::string> list;
  };
  auto* command = parent.add_subcommand(name, help);
  const auto options = std::make_shared<Options>();
  command->add_option("user", options->user, "User principal name or id")->required();
  command->add_option("list", options->list, list_help)->delimiter(',');
  command->callback([&invocation, options, set] {
    invocation.action = [&invocation, options, set] {
      return run_in_workplace(invocation, [&](Workplace& workplace, const Output& output) {
        UserDirectory directory(workplace.administration(), workplace.random());
        return show_result(set(directory, UserReference{options->user}, options->list), output);
      });
    };
  });
}

}  // namespace

void add_directory_commands(CLI::App& program, Invocation& invocation) {
  add_init(program, invocation);
  auto* user = program.add_subcommand("user", "The directory of users");
  user->require_subcommand(1);
  add_user_add(*user, invocation);
  auto* list = user->add_subcommand("list", "List users");
  list->callback([&invocation] {
    invocation.action = [&invocation] {
      return run_in_workplace(invocation, [](Workplace& workplace, const Output& output) {
        UserDirectory directory(workplace.administration(), workplace.random());
        return list_users(directory, output);
      });
    };
  });
  add_user_verb(*user,
                invocation,
                "show",
                "Show a user",
                [](auto& directory, const auto& name, const auto& output) {
                  return show_result(directory.show(UserReference{name}), output);
                });
  add_user_verb(*user,
                invocation,
                "disable",
                "Disable a user; open sessions end",
                [](auto& directory, const auto& name, const auto& output) {
                  return show_result(directory.disable(UserReference{name}), output);
                });
  add_user_verb(*user,
                invocation,
                "enable",
                "Enable a user",
                [](auto& directory, const auto& name, const auto& output) {
                  return show_result(directory.enable(UserReference{name}), output);
                });
  add_user_verb(*user,
                invocation,
                "delete",
                "Delete a user with their pass, sessions and credentials",
                [](auto& directory, const auto& name, const auto& output) -> Result<void> {
                  const auto removed = directory.remove(UserReference{name});
                  if (!removed) return std::unexpected(removed.error());
                  output.say("Deleted " + name);
                  output.object({{"deleted", name}});
                  return {};
                });
  add_user_list_setter(*user,
                       invocation,
                       "groups",
                       "Replace a user's groups",
                       "Groups, separated by commas; none: empties",
                       [](auto& directory, const auto& reference, const auto& groups) {
                         return directory.set_groups(reference, groups);
                       });
  add_user_list_setter(
      *user,
      invocation,
      "role",
      "Replace a user's roles",
      "Roles, separated by commas; none: takes all away",
      [](auto& directory, const auto& reference, const auto& names) -> Result<User> {
        const auto roles = parse_roles(names);
        if (!roles) return std::unexpected(roles.error());
        return directory.set_roles(reference, roles.value());
      });
}

}  // namespace firstkey::enroll
