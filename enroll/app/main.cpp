// firstkey: parses the command line and runs one command. Everything it may do is decided in core.

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include "enroll/app/commands.h"

namespace {

using firstkey::enroll::ExitCode;
using firstkey::enroll::Invocation;
using firstkey::enroll::Output;
using firstkey::enroll::OutputForm;

constexpr const char* kFooter =
    "Examples:\n"
    "  firstkey init --rp-id example.org --user ana@example.org --name \"Ana Ortega\"\n"
    "  firstkey user add lee@example.org --name \"Lee Osei\" --groups newcomers\n"
    "  firstkey pass create lee@example.org --one-time\n"
    "  firstkey enroll lee@example.org\n"
    "Exit status: 0 done, 2 usage, 3 refused, 4 window or pass over, 5 no or unsuitable key,\n"
    "6 key locked, 7 store, 8 verifier unreachable, 130 cancelled.";

void add_version(CLI::App& program, Invocation& invocation) {
  program.add_subcommand("version", "Show the version")->callback([&invocation] {
    invocation.action = [&invocation] {
      const auto output = invocation.output();
      output.say("firstkey " FIRSTKEY_VERSION);
      output.object({{"version", FIRSTKEY_VERSION}});
      return ExitCode::kDone;
    };
  });
}

/// Whether --json stands anywhere: asked when parsing failed, before its flag could be read.
bool wants_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

int run(int argc, char** argv) {
  Invocation invocation;
  CLI::App program("From a Temporary Access Pass to a person's first security key.", "firstkey");
  program.footer(kFooter);
  program.require_subcommand(1);
  program.fallthrough();
  program.add_option("--store",
                     invocation.place.store,
                     "A file, or postgresql://HOST/DATABASE [FIRSTKEY_STORE, or "
                     "/var/lib/firstkey/firstkey.db]");
  program.add_option("--state-folder",
                     invocation.place.folder,
                     "This machine's own files: pepper, tickets [FIRSTKEY_STATE, or beside a store "
                     "that is a file]");
  program.add_flag("--json", invocation.is_json, "Print one JSON object");
  add_directory_commands(program, invocation);
  add_pass_commands(program, invocation);
  add_policy_commands(program, invocation);
  add_metadata_commands(program, invocation);
  add_enroll_command(program, invocation);
  add_credential_commands(program, invocation);
  add_key_commands(program, invocation);
  add_verify_command(program, invocation);
  add_party_commands(program, invocation);
  add_api_credential_commands(program, invocation);
  add_station_commands(program, invocation);
  add_serve_command(program, invocation);
  add_demo_command(program, invocation);
  add_audit_commands(program, invocation);
  add_care_commands(program, invocation);
  add_store_commands(program, invocation);
  add_version(program, invocation);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0 || !wants_json(argc, argv)) {
      return program.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
    }
    return static_cast<int>(Output(OutputForm::kJson)
                                .failure({.code = firstkey::core::ErrorCode::kInvalidArgument,
                                          .detail = error.what()}));
  }
  auto& place = invocation.place;
  if (place.store.empty()) place.store = firstkey::enroll::default_store();
  if (place.folder.empty()) place.folder = firstkey::enroll::default_state_folder(place.store);
  return static_cast<int>(invocation.action());
}

}  // namespace

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error to tell, not an end
  ::umask(077);                         // nothing this program creates is for others
  try {
    return run(argc, argv);
  } catch (const std::exception& exception) {
    (void)std::fprintf(stderr, "firstkey: %s\n", exception.what());
    return static_cast<int>(ExitCode::kStore);
  }
}
