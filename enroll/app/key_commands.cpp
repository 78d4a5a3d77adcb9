// key: security keys that are plugged in.

#include <CLI/CLI.hpp>

#include "enroll/app/key_blink.h"
#include "enroll/app/key_family.h"
#include "enroll/app/key_listing.h"
#include "enroll/app/key_wait.h"

namespace firstkey::enroll {

namespace {

/// Runs `command` on the keys that `options` allow; tells what fails.
ExitCode run_on_keys(const Invocation& invocation,
                     const KeyOptions& options,
                     const KeyCommand& command,
                     KeysShown shown) {
  const auto output = invocation.output();
  SignalWatch signals;  // before the first thread
  const auto choice = parse(options);
  if (!choice) return output.failure(choice.error());
  const auto discovery =
      shown == KeysShown::kAll ? discover(without_limit(*choice)) : discover(*choice);
  const auto terminal = Terminal::find();
  const core::SystemClock clock;
  const auto done = command({.discovery = *discovery,
                             .signals = signals,
                             .clock = clock,
                             .terminal = terminal ? &*terminal : nullptr,
                             .choice = choice.value(),
                             .output = output});
  return done ? ExitCode::kDone : output.failure(done.error());
}

void add_wait_command(CLI::App& family, Invocation& invocation) {
  const auto wish = std::make_shared<KeyWait>();
  const auto limit = std::make_shared<std::optional<std::uint32_t>>();
  auto* command = add_key_command(family,
                                  invocation,
                                  {"wait", "Wait for a key and show it"},
                                  [wish, limit](const KeyDesk& desk) {
                                    if (*limit) wish->limit = std::chrono::seconds(limit->value());
                                    return wait_for_key(desk, *wish);
                                  });
  const std::map<std::string, Awaited> names{
      {"key", Awaited::kKey}, {"new", Awaited::kNewKey}, {"removal", Awaited::kRemoval}};
  command
      ->add_option("--for",
                   wish->awaited,
                   "key: one that is there counts; new: one that comes from now on; removal: that "
                   "none is left [key]")
      ->transform(CLI::Transformer(names).description(""))
      ->option_text("WHAT");
  command->add_option("--timeout", *limit, "Give up after so many seconds")->option_text("SECONDS");
  command->footer(
      "Examples:\n  firstkey key wait --for new --timeout 60\n"
      "  firstkey key wait --for removal");
}

}  // namespace

CLI::App* add_key_command(CLI::App& parent,
                          Invocation& invocation,
                          const KeySubcommand& subcommand,
                          const KeyCommand& command) {
  auto* added = parent.add_subcommand(subcommand.name, subcommand.help);
  const auto options = std::make_shared<KeyOptions>();
  add_key_options(*added, *options);
  added->callback([&invocation, options, command, shown = subcommand.shown] {
    invocation.action = [&invocation, options, command, shown] {
      return run_on_keys(invocation, *options, command, shown);
    };
  });
  return added;
}

void add_key_commands(CLI::App& program, Invocation& invocation) {
  auto* key = add_family(program, "key", "Security keys that are plugged in");
  add_key_command(
      *key, invocation, {"list", "List them, and what stands in the way of using them"}, list_keys);
  add_key_command(*key, invocation, {"info", "Show what a key says of itself"}, describe_key);
  add_wait_command(*key, invocation);
  add_key_command(*key,
                  invocation,
                  {"blink", "Let keys blink until one is touched, and show which it is"},
                  blink_keys);
  add_key_setting_commands(*key, invocation);
  key->footer(
      "Examples:\n  firstkey key list\n"
      "  firstkey key info --device /dev/hidraw3\n"
      "  firstkey key info --simulator udp:127.0.0.1:8111:7112");
}

}  // namespace firstkey::enroll
