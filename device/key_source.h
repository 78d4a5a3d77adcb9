#pragma once
// One way in which keys are found: the USB bus, the readers of PC/SC, or a simulator named on the
// command line. CompositeDiscovery joins them.

#include <memory>
#include <vector>

#include "device/key_discovery.h"

namespace firstkey::device {

/// Takes what a source finds. Threads: any. `key.arrival` is filled in by the taker.
class KeySink {
 public:
  virtual ~KeySink() = default;
  /// A path that is there already is a programming error.
  virtual void arrived(SeenKey key) = 0;
  virtual void removed(const KeyPath& path) = 0;
  /// Same insertion, another obstacle.
  virtual void changed(SeenKey key) = 0;
};

class KeySource {
 public:
  virtual ~KeySource() = default;
  KeySource() = default;
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  /// Takes the first look: when it returns, every key already there is reported. A service or a
  /// card that does not answer is waited for a few seconds and then told by obstacles(); what it
  /// has is reported later, as is each change, from a thread of the source until stop(). Called
  /// once.
  virtual void start(KeySink& sink) = 0;
  /// Returns once nothing more is reported. Called once, before destruction.
  virtual void stop() = 0;
  [[nodiscard]] virtual bool owns(const KeyPath& path) const = 0;
  /// See KeyDiscovery::open.
  [[nodiscard]] virtual Result<std::unique_ptr<Authenticator>> open(const KeyPath& path,
                                                                    const CallLimits& limits) = 0;
  [[nodiscard]] virtual std::vector<Obstacle> obstacles() = 0;
};

}  // namespace firstkey::device
