#pragma once
// Which ways to keys a program looks along, and the discovery that follows from it.

#include <memory>
#include <optional>
#include <vector>

#include "device/key_discovery.h"

namespace firstkey::device {

struct DiscoveryChoice {
  enum class Hardware {
    kIncluded,  ///< the USB bus and the readers
    kExcluded,  ///< simulators alone, as for a rehearsal
  };
  Hardware hardware = Hardware::kIncluded;
  /// Never any that nobody named.
  std::vector<SimulatorAddress> simulators;
  /// Only the key at this path is shown and opened. A simulator's path names that simulator.
  std::optional<KeyPath> only;
};

/// Looks along every way chosen, from now until it is destroyed. What keys() says at once is the
/// whole first look: nobody needs to wait for more to show up, but for what obstacles() tells of.
[[nodiscard]] std::unique_ptr<KeyDiscovery> make_discovery(DiscoveryChoice choice);

}  // namespace firstkey::device
