#pragma once
// Tells when pcscd may have been started: when its socket comes, by inotify, and every few seconds
// besides, since a socket that systemd holds for it is always there.

#include <chrono>
#include <string>

#include "device/file_descriptor.h"
#include "device/wake_event.h"

namespace firstkey::device {

class ServiceWatch {
 public:
  /// Begins to watch, so that nothing is missed which comes before the wait. `socket` is
  /// "/run/pcscd/pcscd.comm" but in tests. The want of inotify leaves the slow retry.
  explicit ServiceWatch(const std::string& socket);

  /// Returns when the service is worth another try, or `stop` is signalled.
  void wait(std::chrono::milliseconds retry, const WakeEvent& stop);

 private:
  FileDescriptor events_;
};

}  // namespace firstkey::device
