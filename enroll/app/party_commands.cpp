// register and authenticate: keys for relying parties elsewhere.

#include <CLI/CLI.hpp>

#include "enroll/app/input_file.h"
#include "enroll/app/key_family.h"
#include "enroll/app/party_desk.h"

namespace firstkey::enroll {

namespace {

constexpr std::size_t kLargestOptions = std::size_t{1} << 20U;  // bytes

using PartyCommand = Attempt<void> (*)(const KeyDesk&, const PinOptions&, const PartyWish&);

/// The same options for both; `wish` outlives their parsing.
CLI::App* add_party_command(CLI::App& program,
                            Invocation& invocation,
                            const KeySubcommand& subcommand,
                            const PartyCommand& run,
                            const std::shared_ptr<PartyWish>& wish) {
  const auto path = std::make_shared<std::string>();
  const auto pins = std::make_shared<PinOptions>();
  auto* command =
      add_key_command(program, invocation, subcommand, [=](const KeyDesk& desk) -> Attempt<void> {
        auto text = read_input(*path, kLargestOptions);
        if (!text) return std::unexpected(to_failure(text.error()));
        wish->options = std::move(*text);
        return run(desk, *pins, *wish);
      });
  command->add_option("--options", *path, "The relying party's options; - for standard input")
      ->required()
      ->option_text("FILE");
  command->add_option("--origin", wish->origin, "Where its page is [https:// and its id]")
      ->option_text("URL");
  command->add_option("--pin-fd", pins->pin_fd, "Read the PIN in use from a descriptor");
  return command;
}

/// --format with the forms in `names`.
void add_format(CLI::App& command,
                const std::shared_ptr<PartyWish>& wish,
                const std::map<std::string, AnswerForm>& names,
                const std::string& listed) {
  command.add_option("--format", wish->form, "The answer's form, and the options' [as they show]")
      ->transform(CLI::CheckedTransformer(names).description(""))
      ->option_text(listed);
}

}  // namespace

void add_party_commands(CLI::App& program, Invocation& invocation) {
  std::map<std::string, AnswerForm> names;
  std::string listed;
  for (const auto& [form, name] : kAnswerForms) {
    names.emplace(name, form);
    listed += (listed.empty() ? "" : "|") + std::string(name);
  }
  const auto creation = std::make_shared<PartyWish>();
  auto* registering =
      add_party_command(program,
                        invocation,
                        {"register", "Register a key at a relying party that is not firstkey's"},
                        register_key,
                        creation);
  add_format(*registering, creation, names, listed);
  registering
      ->add_option("--key-name", creation->names.key, "What Microsoft Graph calls it [its model]")
      ->option_text("NAME");
  registering
      ->add_option("--user", creation->names.user, "Whose line pam_u2f's is [the options' user]")
      ->option_text("NAME");
  registering->footer(
      "Examples:\n  firstkey register --options creation.json >registration.json\n"
      "  firstkey register --options - --origin https://rain.okta.com <factor.json\n"
      "  firstkey register --options creation.json --format ipa\n"
      "The options are WebAuthn's JSON, Microsoft Graph's or Okta's; the answer goes to standard\n"
      "output in the same form, or for FreeIPA, pam_u2f or OpenSSH.");

  const auto request = std::make_shared<PartyWish>();
  auto* authenticating = add_party_command(
      program,
      invocation,
      {"authenticate", "Sign in with a key at a relying party that is not firstkey's"},
      authenticate_key,
      request);
  add_format(
      *authenticating, request, {{"l3", AnswerForm::kL3}, {"okta", AnswerForm::kOkta}}, "l3|okta");
  authenticating->footer(
      "Examples:\n  firstkey authenticate --options request.json >assertion.json\n"
      "  firstkey authenticate --options request.json --pin-fd 3 3<pin\n"
      "Of several accounts on the key the newest signs, unless the options say which may.");
}

}  // namespace firstkey::enroll
