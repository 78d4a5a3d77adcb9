#pragma once
// The thread that waits for keys to come and go.

#include <functional>
#include <thread>
#include <vector>

#include "device/key_discovery.h"

namespace firstkey::enroll {

class DiscoveryWatch {
 public:
  struct Reports {
    /// What came, went or changed. The first report, which may be empty, is of what was there.
    /// It comes before the constructor returns.
    std::function<void(std::vector<device::KeyEvent>)> keys;
    /// Once, when no key is there at the start: what keeps a way of reaching keys shut.
    std::function<void(device::Obstacle)> obstacle;
  };

  /// `discovery` outlives this object. Reports but the first come on the watch's own thread.
  DiscoveryWatch(device::KeyDiscovery& discovery, Reports reports);
  // Destroyed, it stops the wait and joins: jthread does both.

 private:
  std::jthread thread_;
};

}  // namespace firstkey::enroll
