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

/// A way to the keys of `choice`; it looks for them from now on.
[[nodiscard]] std::unique_ptr<device::KeyDiscovery> discover(const KeyChoice& choice);

/// Lets what is plugged in be seen: a discovery just made may still be told of keys that are there,
/// by a reader service for instance. Returns once nothing came for `patience`, and while no key is
/// there at all only after several times that.
[[nodiscard]] std::vector<device::SeenKey> settled_keys(device::KeyDiscovery& discovery,
                                                        std::chrono::milliseconds patience);

/// What a discovery just made is given to tell of the keys that are there.
inline constexpr std::chrono::milliseconds kUsualPatience{400};

/// The one key a command is about.
/// Errors: "no_key"; "several_keys", when --device has to say which.
[[nodiscard]] Attempt<device::SeenKey> the_key(const std::vector<device::SeenKey>& keys,
                                               const KeyChoice& choice);

/// That no key is there, with what stands in the way of seeing one.
[[nodiscard]] Failure no_key(const std::vector<device::Obstacle>& obstacles);

}  // namespace firstkey::enroll
