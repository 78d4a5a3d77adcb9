#include "enroll/app/commands.h"

#include <CLI/CLI.hpp>

namespace firstkey::enroll {

CLI::App* add_family(CLI::App& program, const char* name, const char* help) {
  auto* family = program.add_subcommand(name, help);
  family->require_subcommand(1);
  return family;
}

CLI::App* add_command(CLI::App& parent,
                      Invocation& invocation,
                      const char* name,
                      const char* help,
                      const Command& run) {
  auto* command = parent.add_subcommand(name, help);
  command->callback([&invocation, run] {
    invocation.action = [&invocation, run] { return run_in_workplace(invocation, run); };
  });
  return command;
}

CLI::App* add_command_on(CLI::App& parent,
                         Invocation& invocation,
                         const char* name,
                         const char* help,
                         const ArgumentCommand& command) {
  const auto value = std::make_shared<std::string>();
  auto* added = add_command(parent,
                            invocation,
                            name,
                            help,
                            [run = command.run, value](Workplace& workplace, const Output& output) {
                              return run(workplace, output, *value);
                            });
  added->add_option(command.argument, *value, command.argument_help)->required();
  return added;
}

}  // namespace firstkey::enroll
