#pragma once
// Which keys a command may use, as its command line says, and the one place where a way to them is
// made.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/key_discovery.h"
#include "enroll/app/failure.h"

namespace CLI {
class App;
}

namespace firstkey::enroll {

/// --device and --simulator, as typed.
struct KeyOptions {
  std::string device;
  std::vector<std::string> simulators;
};

/// The same, understood.
struct KeyChoice {
  std::optional<device::KeyPath> only;  ///< every other key is left alone
  std::vector<device::SimulatorAddress> simulators;
};

/// Adds --device and --simulator to `command`; `options` outlives its parsing.
void add_key_options(CLI::App& command, KeyOptions& options);

/// Errors: "invalid_argument", naming the flag.
[[nodiscard]] Attempt<KeyChoice> parse(const KeyOptions& options);

/// The same with every other key in sight; a simulator that was the one key is still looked for.
[[nodiscard]] KeyChoice without_limit(const KeyChoice& choice);

/// A way to the keys of `choice`; it looks for them from now on.
[[nodiscard]] std::unique_ptr<device::KeyDiscovery> discover(const KeyChoice& choice);

/// The keys there now in an order that stays: those on USB, on readers and simulators, each by its
/// path, where /dev/hidraw9 comes before /dev/hidraw10.
[[nodiscard]] std::vector<device::SeenKey> keys_in_order(device::KeyDiscovery& discovery);

/// Those of them that `choice` allows, usable or not; cards that are no security keys left out.
[[nodiscard]] std::vector<device::SeenKey> eligible_keys(device::KeyDiscovery& discovery,
                                                         const KeyChoice& choice);

/// The one key a command is about, usable or not.
/// Errors: "no_key"; "no_applet" of a card; "several_keys", when --device has to say which.
[[nodiscard]] Attempt<device::SeenKey> the_key(device::KeyDiscovery& discovery,
                                               const KeyChoice& choice);

/// What to say to choose one of `keys`, a line each, each behind a line break.
[[nodiscard]] std::string to_choose(const std::vector<device::SeenKey>& keys);

/// "ready", "simulated", or in two words why it cannot be used: "no access".
[[nodiscard]] std::string_view state_of(const device::SeenKey& key);
/// "key found, no access: no permission on /dev/hidraw3; join …" of a key with an obstacle.
[[nodiscard]] std::string obstacle_sentence(const device::SeenKey& key);
/// The same as what a command ends with: "no_access", "busy", "no_applet", …
[[nodiscard]] Failure obstructed(const device::SeenKey& key);

/// That no key is there, with what stands in the way of seeing one.
[[nodiscard]] Failure no_key(const std::vector<device::Obstacle>& obstacles);
/// The same of `choice`: "no_applet" when there is only a card that is no security key.
[[nodiscard]] Failure no_key(device::KeyDiscovery& discovery, const KeyChoice& choice);

}  // namespace firstkey::enroll
