#include "enroll/app/key_access.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "device/discovery.h"

namespace firstkey::enroll {

namespace {

/// Told so that whoever holds a payment card to the reader learns why nothing happens.
bool is_no_key(const device::SeenKey& key) {
  return key.obstacle && key.obstacle->code == device::ErrorCode::kNoApplet;
}

}  // namespace

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

KeyChoice without_limit(const KeyChoice& choice) {
  KeyChoice all{.only = std::nullopt, .simulators = choice.simulators};
  const auto only = choice.only ? device::SimulatorAddress::parse(choice.only->text) : std::nullopt;
  if (only && std::ranges::find(all.simulators, *only) == all.simulators.end()) {
    all.simulators.push_back(*only);
  }
  return all;
}

std::unique_ptr<device::KeyDiscovery> discover(const KeyChoice& choice) {
  return device::make_discovery({.simulators = choice.simulators, .only = choice.only});
}

std::vector<device::SeenKey> keys_in_order(device::KeyDiscovery& discovery) {
  auto keys = discovery.keys();
  std::ranges::sort(keys, [](const device::SeenKey& one, const device::SeenKey& other) {
    if (one.path.transport != other.path.transport) {
      return one.path.transport < other.path.transport;
    }
    return ::strverscmp(one.path.text.c_str(), other.path.text.c_str()) < 0;
  });
  return keys;
}

std::vector<device::SeenKey> eligible_keys(device::KeyDiscovery& discovery,
                                           const KeyChoice& choice) {
  auto keys = keys_in_order(discovery);
  std::erase_if(keys, [&](const device::SeenKey& key) {
    return is_no_key(key) || (choice.only && key.path != *choice.only);
  });
  return keys;
}

Attempt<device::SeenKey> the_key(device::KeyDiscovery& discovery, const KeyChoice& choice) {
  const auto keys = eligible_keys(discovery, choice);
  if (keys.size() == 1) return keys.front();
  if (keys.empty()) return std::unexpected(no_key(discovery, choice));
  return std::unexpected(Failure{.code = "several_keys",
                                 .message = "several keys are there; say which:" + to_choose(keys),
                                 .exit_code = ExitCode::kUsage});
}

std::string to_choose(const std::vector<device::SeenKey>& keys) {
  std::string lines;
  for (const auto& key : keys) {
    lines += fmt::format("\n  --device '{}'  {}", key.path.text, key.display_name);
  }
  return lines;
}

std::string_view state_of(const device::SeenKey& key) {
  if (!key.obstacle) return key.is_simulated ? "simulated" : "ready";
  switch (key.obstacle->code) {
    case device::ErrorCode::kNoAccess:
      return "no access";
    case device::ErrorCode::kBusy:
      return "in use";
    case device::ErrorCode::kNoApplet:
      return "no security key";
    default:  // what else keeps a key shut has no word of its own
      return "cannot be opened";
  }
}

std::string obstacle_sentence(const device::SeenKey& key) {
  const auto& obstacle = key.obstacle.value();
  return fmt::format("{}{}: {}; {}",
                     is_no_key(key) ? "" : "key found, ",
                     state_of(key),
                     obstacle.reason,
                     obstacle.remedy);
}

Failure obstructed(const device::SeenKey& key) {
  auto failure = to_failure(device::Error{.code = key.obstacle.value().code});
  failure.message = obstacle_sentence(key);
  return failure;
}

Failure no_key(const std::vector<device::Obstacle>& obstacles) {
  std::string message = "no key is there: insert one, or hold one to the reader";
  for (const auto& obstacle : obstacles) {
    message += fmt::format("\n  {}: {}", obstacle.reason, obstacle.remedy);
  }
  return {.code = "no_key", .message = std::move(message), .exit_code = ExitCode::kNoKey};
}

Failure no_key(device::KeyDiscovery& discovery, const KeyChoice& choice) {
  const auto keys = discovery.keys();
  const auto card = std::ranges::find_if(keys, [&](const device::SeenKey& key) {
    return is_no_key(key) && (!choice.only || key.path == *choice.only);
  });
  if (card != keys.end()) return obstructed(*card);
  if (!choice.only) return no_key(discovery.obstacles());
  return {.code = "no_key",
          .message = fmt::format("there is no key at {}; `firstkey key list` shows where keys are",
                                 choice.only->text),
          .exit_code = ExitCode::kNoKey};
}

}  // namespace firstkey::enroll
