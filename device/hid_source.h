#pragma once
// Keys on the USB bus, as udev tells of their hidraw nodes. libfido2 hides the nodes that it cannot
// open; here a key without permission is shown with its obstacle.

#include <mutex>
#include <thread>
#include <vector>

#include "device/attribute_watch.h"
#include "device/key_source.h"
#include "device/udev_handles.h"
#include "device/wake_event.h"

namespace firstkey::device {

class HidSource final : public KeySource {
 public:
  HidSource();

  void start(KeySink& sink) override;
  void stop() override;
  [[nodiscard]] bool owns(const KeyPath& path) const override;
  [[nodiscard]] Result<std::unique_ptr<Authenticator>> open(const KeyPath& path,
                                                            const CallLimits& limits) override;
  /// udev cannot be asked, or does not run: then keys that come later are not noticed.
  [[nodiscard]] std::vector<Obstacle> obstacles() override;

 private:
  [[nodiscard]] bool start_monitor();
  void watch(KeySink& sink, const std::stop_token& stop);
  void take_event(KeySink& sink);
  /// Compares everything there with what was reported.
  void scan(KeySink& sink);
  /// Compares the keys that were reported with what is there. A node that is new gets its
  /// permissions one by one, and is reported when udevd says that it has them all.
  void look_again(KeySink& sink);
  /// Reports how `device` differs from what was reported of its path.
  void look(KeySink& sink, udev_device& device);
  void drop(KeySink& sink, const KeyPath& path);
  void add_obstacle(const char* reason, const char* remedy);

  Udev udev_;
  UdevMonitor monitor_;
  AttributeWatch permissions_;
  std::vector<SeenKey> reported_;  // only for start(), then for the watcher
  std::mutex mutex_;
  std::vector<Obstacle> obstacles_;  // under mutex_
  WakeEvent stopping_;
  std::jthread watcher_;
};

}  // namespace firstkey::device
