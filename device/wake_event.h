#pragma once
// Ends a poll() from another thread. Stays signalled until cleared, so a signal that comes before
// the poll is not lost.

#include "device/file_descriptor.h"

namespace firstkey::device {

class WakeEvent {
 public:
  /// Throws std::system_error when the process is out of descriptors: like memory, their want ends
  /// the program, not a call.
  WakeEvent();

  /// Threads: any.
  void signal() noexcept;
  void clear() noexcept;
  [[nodiscard]] bool is_signalled() const noexcept;
  /// For poll(), with POLLIN.
  [[nodiscard]] int fd() const noexcept { return event_.get(); }

 private:
  FileDescriptor event_;
};

}  // namespace firstkey::device
