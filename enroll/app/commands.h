#pragma once
// The families of commands. Each adds its subcommands to the program and sets `action` to what the
// chosen one does; main() runs it after everything is parsed.

#include <functional>
#include <memory>
#include <string>

#include "core/credential.h"
#include "enroll/app/exit_codes.h"
#include "enroll/app/output.h"
#include "enroll/app/workplace.h"

namespace CLI {
class App;
}

namespace firstkey::enroll {

/// What the command line says before any command: filled by the parser, read by the action.
struct Invocation {
  Place place;
  bool is_json = false;
  std::function<ExitCode()> action;

  [[nodiscard]] Output output() const {
    return Output(is_json ? OutputForm::kJson : OutputForm::kText);
  }
};

void add_directory_commands(CLI::App& program, Invocation& invocation);
void add_pass_commands(CLI::App& program, Invocation& invocation);
void add_policy_commands(CLI::App& program, Invocation& invocation);
void add_credential_commands(CLI::App& program, Invocation& invocation);
void add_audit_commands(CLI::App& program, Invocation& invocation);
void add_care_commands(CLI::App& program, Invocation& invocation);
void add_store_commands(CLI::App& program, Invocation& invocation);
void add_metadata_commands(CLI::App& program, Invocation& invocation);
void add_enroll_command(CLI::App& program, Invocation& invocation);
void add_key_commands(CLI::App& program, Invocation& invocation);
void add_verify_command(CLI::App& program, Invocation& invocation);
void add_party_commands(CLI::App& program, Invocation& invocation);
void add_api_credential_commands(CLI::App& program, Invocation& invocation);
void add_station_commands(CLI::App& program, Invocation& invocation);
void add_serve_command(CLI::App& program, Invocation& invocation);
void add_demo_command(CLI::App& program, Invocation& invocation);

/// Opens the workplace and runs `command` in it; tells what fails.
template <class Command>
ExitCode run_in_workplace(const Invocation& invocation, const Command& command) {
  const auto output = invocation.output();
  auto workplace = Workplace::open(invocation.place);
  if (!workplace) return output.failure(workplace.error());
  const core::Result<void> done = command(*workplace.value(), output);
  return done ? ExitCode::kDone : output.failure(done.error());
}

// The shapes of subcommands.

/// One that has subcommands and does nothing without one.
CLI::App* add_family(CLI::App& program, const char* name, const char* help);

/// As Graph's fido2AuthenticationMethod, where it has the thing.
[[nodiscard]] boost::json::object to_json(const core::CredentialRecord& credential);

/// What a subcommand without arguments does.
using Command = std::function<core::Result<void>(Workplace&, const Output&)>;
CLI::App* add_command(CLI::App& parent,
                      Invocation& invocation,
                      const char* name,
                      const char* help,
                      const Command& run);

/// The one argument of a subcommand, and what it does with it.
struct ArgumentCommand {
  const char* argument;
  const char* argument_help;
  std::function<core::Result<void>(Workplace&, const Output&, const std::string&)> run;
};
CLI::App* add_command_on(CLI::App& parent,
                         Invocation& invocation,
                         const char* name,
                         const char* help,
                         const ArgumentCommand& command);

}  // namespace firstkey::enroll
