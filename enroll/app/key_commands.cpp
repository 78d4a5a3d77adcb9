#include "enroll/app/key_commands.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "enroll/app/commands.h"
#include "enroll/app/key_facts.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;

/// A key that is asked what it is answers within milliseconds, a slow card within two seconds.
constexpr std::chrono::seconds kOpeningTime{5};

using Use = std::function<Attempt<void>(device::KeyDiscovery&, const KeyChoice&, const Output&)>;

/// Runs `use` on the keys that `options` allow; tells what fails.
ExitCode run_on_keys(const Invocation& invocation, const KeyOptions& options, const Use& use) {
  const auto output = invocation.output();
  const auto choice = parse(options);
  if (!choice) return output.failure(choice.error());
  const auto discovery = discover(choice.value());
  const auto done = use(*discovery, choice.value(), output);
  return done ? ExitCode::kDone : output.failure(done.error());
}

void add_key_command(
    CLI::App& parent, Invocation& invocation, const char* name, const char* help, const Use& use) {
  auto* command = parent.add_subcommand(name, help);
  const auto options = std::make_shared<KeyOptions>();
  add_key_options(*command, *options);
  command->callback([&invocation, options, use] {
    invocation.action = [&invocation, options, use] {
      return run_on_keys(invocation, *options, use);
    };
  });
}

}  // namespace

Attempt<void> list_keys(device::KeyDiscovery& discovery,
                        std::chrono::milliseconds patience,
                        const Output& output) {
  const auto keys = settled_keys(discovery, patience);
  const auto obstacles = discovery.obstacles();
  if (keys.empty()) return std::unexpected(no_key(obstacles));
  std::vector<std::vector<std::string>> rows;
  json::array array;
  for (const auto& key : keys) {
    rows.push_back({key.path.text,
                    key.display_name,
                    std::string(transport_name(key.path.transport)),
                    key.obstacle       ? "cannot be opened"
                    : key.is_simulated ? "simulated"
                                       : "ready"});
    array.push_back(to_json(key));
  }
  output.table({"Path", "Key", "Transport", "State"}, rows);
  for (const auto& key : keys) {
    if (key.obstacle) output.line("Careful", key.obstacle->reason + ": " + key.obstacle->remedy);
  }
  json::array others;
  for (const auto& obstacle : obstacles) {
    output.line("Careful", obstacle.reason + ": " + obstacle.remedy);
    others.push_back(to_json(obstacle));
  }
  output.object({{"value", std::move(array)}, {"obstacles", std::move(others)}});
  return {};
}

Attempt<void> describe_key(device::KeyDiscovery& discovery,
                           const KeyChoice& choice,
                           std::chrono::milliseconds patience,
                           const Output& output) {
  const auto key = the_key(settled_keys(discovery, patience), choice);
  if (!key) return std::unexpected(key.error());
  const device::CallLimits limits{.time_left = kOpeningTime};
  const auto opened = discovery.open(key->path, limits);
  if (!opened) return std::unexpected(to_failure(opened.error()));
  KeyReading reading{.key = key.value(), .facts = opened.value()->facts()};
  if (reading.facts.has_pin()) {
    // A key that will not tell is described all the same.
    if (const auto left = opened.value()->pin_retries(limits)) reading.pin_attempts_left = *left;
  }
  for (const auto& [label, words] : to_lines(reading)) output.line(label, words);
  output.object(to_json(reading));
  return {};
}

void add_key_commands(CLI::App& program, Invocation& invocation) {
  auto* key = program.add_subcommand("key", "Security keys that are plugged in");
  key->require_subcommand(1);
  add_key_command(*key,
                  invocation,
                  "list",
                  "List them, and what stands in the way of using them",
                  [](auto& discovery, const auto&, const auto& output) {
                    return list_keys(discovery, kUsualPatience, output);
                  });
  add_key_command(*key,
                  invocation,
                  "info",
                  "Show what a key says of itself",
                  [](auto& discovery, const auto& choice, const auto& output) {
                    return describe_key(discovery, choice, kUsualPatience, output);
                  });
  key->footer(
      "Examples:\n  firstkey key list\n"
      "  firstkey key info --device /dev/hidraw3\n"
      "  firstkey key info --simulator udp:127.0.0.1:8111:7112");
}

}  // namespace firstkey::enroll
