#include "enroll/app/key_access.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "device/discovery.h"

namespace firstkey::enroll {

void add_key_options(CLI::App& command, KeyOptions& options) {
  command.add_option("--device", options.device, "The one key to use, as key list prints its path");
  command.add_option("--simulator",
                     options.simulators,
                     "Also a software key, udp:127.0.0.1:PORT:REPLYPORT; repeatable");
}

Attempt<KeyChoice> parse(const KeyOptions& options) {
  KeyChoice choice;
  if (!options.device.empty()) {
    choice.only = device::KeyPath::parse(options.device);
    if (!choice.only) {
      return misuse("--device is no path of a key; take one that `firstkey key list` prints");
    }
  }
  for (const auto& text : options.simulators) {
    const auto address = device::SimulatorAddress::parse(text);
    if (!address) {
      return misuse(
          "--simulator is udp:127.0.0.1:PORT:REPLYPORT, as firstkey-softkey prints it; another "
          "machine's is not taken");
    }
    choice.simulators.push_back(*address);
  }
  return choice;
}

std::unique_ptr<device::KeyDiscovery> discover(const KeyChoice& choice) {
  return device::make_discovery({.simulators = choice.simulators, .only = choice.only});
}

std::vector<device::SeenKey> settled_keys(device::KeyDiscovery& discovery,
                                          std::chrono::milliseconds patience) {
  constexpr int kRounds = 6;  // of a machine so busy that nothing has answered yet
  for (int round = 0; round < kRounds && discovery.keys().empty(); ++round) {
    while (!discovery.wait(patience, {}).empty()) {
    }
  }
  while (!discovery.wait(patience, {}).empty()) {
  }
  return discovery.keys();
}

Attempt<device::SeenKey> the_key(const std::vector<device::SeenKey>& keys,
                                 const KeyChoice& choice) {
  std::vector<device::SeenKey> eligible;
  std::ranges::copy_if(keys, std::back_inserter(eligible), [&](const device::SeenKey& key) {
    return !choice.only || key.path == *choice.only;
  });
  if (eligible.size() == 1) return eligible.front();
  if (eligible.empty()) {
    if (!choice.only) return std::unexpected(no_key({}));
    return std::unexpected(
        Failure{.code = "no_key",
                .message = fmt::format("there is no key at {}; `firstkey key list` shows where "
                                       "keys are",
                                       choice.only->text),
                .exit_code = ExitCode::kNoKey});
  }
  std::string paths;
  for (const auto& key : eligible) paths += fmt::format("\n  --device '{}'", key.path.text);
  return std::unexpected(Failure{.code = "several_keys",
                                 .message = "several keys are there; say which:" + paths,
                                 .exit_code = ExitCode::kUsage});
}

Failure no_key(const std::vector<device::Obstacle>& obstacles) {
  std::string message = "no key is there: insert one, or hold one to the reader";
  for (const auto& obstacle : obstacles) {
    message += fmt::format("; {}: {}", obstacle.reason, obstacle.remedy);
  }
  return {.code = "no_key", .message = std::move(message), .exit_code = ExitCode::kNoKey};
}

}  // namespace firstkey::enroll
