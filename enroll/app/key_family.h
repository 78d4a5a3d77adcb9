#pragma once
// How the subcommands of `key` are added to the command line: each gets its keys, its person and
// its output from here. For the sources that parse; the commands themselves know no parser.

#include <functional>

#include "enroll/app/commands.h"
#include "enroll/app/key_desk.h"

namespace firstkey::enroll {

using KeyCommand = std::function<Attempt<void>(const KeyDesk&)>;

/// What a command's discovery shows.
enum class KeysShown {
  kChosen,  ///< with --device that key alone
  kAll,     ///< every key, for one may come back under another path
};

struct KeySubcommand {
  const char* name = "";
  const char* help = "";
  KeysShown shown = KeysShown::kChosen;
};

/// Adds a subcommand with --device and --simulator to `parent`.
CLI::App* add_key_command(CLI::App& parent,
                          Invocation& invocation,
                          const KeySubcommand& subcommand,
                          const KeyCommand& command);

/// key pin, key config, key credentials and key reset: what changes a key.
void add_key_setting_commands(CLI::App& key, Invocation& invocation);

}  // namespace firstkey::enroll
