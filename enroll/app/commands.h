#pragma once
// The families of commands. Each adds its subcommands to the program and sets `action` to what the
// chosen one does; main() runs it after everything is parsed.

#include <functional>
#include <memory>
#include <string>

#include "enroll/app/exit_codes.h"
#include "enroll/app/output.h"
#include "enroll/app/workplace.h"

namespace CLI {
class App;
}

namespace firstkey::enroll {

/// What the command line says before any command: filled by the parser, read by the action.
struct Invocation {
  std::string store_path;
  bool is_json = false;
  std::function<ExitCode()> action;

  [[nodiscard]] Output output() const {
    return Output(is_json ? OutputForm::kJson : OutputForm::kText);
  }
};

void add_directory_commands(CLI::App& program, Invocation& invocation);
void add_pass_commands(CLI::App& program, Invocation& invocation);
void add_policy_commands(CLI::App& program, Invocation& invocation);
void add_care_commands(CLI::App& program, Invocation& invocation);

/// Opens the workplace and runs `command` in it; tells what fails.
template <class Command>
ExitCode run_in_workplace(const Invocation& invocation, const Command& command) {
  const auto output = invocation.output();
  auto workplace = Workplace::open(invocation.store_path);
  if (!workplace) return output.failure(workplace.error());
  const core::Result<void> done = command(*workplace.value(), output);
  return done ? ExitCode::kDone : output.failure(done.error());
}

}  // namespace firstkey::enroll
