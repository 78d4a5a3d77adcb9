#pragma once
// The signals a person ends or suspends a command with, held back from every thread and handed out
// where it is safe to act on them, so that a terminal in a strange mode is always put right first.
// Make one before the first thread: threads inherit what is held back.

#include <csignal>
#include <optional>

#include "device/file_descriptor.h"

namespace firstkey::enroll {

class SignalWatch {
 public:
  enum class Wish {
    kEnd,      ///< SIGINT, SIGTERM, SIGHUP, SIGQUIT
    kSuspend,  ///< SIGTSTP, as ^Z sends it
  };

  /// Throws std::system_error when the process is out of descriptors.
  SignalWatch();
  /// Signals do again what they did before; one that came and was not taken is delivered now.
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// For poll(), with POLLIN.
  [[nodiscard]] int fd() const noexcept { return signals_.get(); }
  /// The next wish, if one came. Never blocks.
  [[nodiscard]] std::optional<Wish> take();

  /// Stops the program as ^Z would have, and returns when it is continued. Does nothing where
  /// nobody could continue it (no job control).
  static void suspend();

 private:
  sigset_t previous_{};
  device::FileDescriptor signals_;
};

}  // namespace firstkey::enroll
