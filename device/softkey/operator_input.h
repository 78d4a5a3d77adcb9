#pragma once
// How the person or program that runs a software key plays its user: signals, and Enter on a
// terminal. SIGUSR1 touches the key, SIGUSR2 unplugs and plugs it, SIGTERM and SIGINT end it.

#include <expected>
#include <vector>

#include <poll.h>

#include "device/softkey/bytes.h"
#include "device/softkey/file_descriptor.h"

namespace firstkey::device::softkey {

enum class Gesture : std::uint8_t { kTouch, kPowerCycle, kEnd };

class OperatorInput {
 public:
  /// Takes these signals out of their ordinary course for the whole process, so call it before any
  /// thread is started. Errors: errno.
  [[nodiscard]] static std::expected<OperatorInput, int> open();

  /// What to wait for; a closed terminal is left out.
  [[nodiscard]] std::vector<pollfd> poll_set() const;
  /// What has been asked since the last call. Never blocks.
  [[nodiscard]] std::vector<Gesture> read();

 private:
  OperatorInput(FileDescriptor signals, bool has_terminal)
      : signals_(std::move(signals)), has_terminal_(has_terminal) {}

  FileDescriptor signals_;
  bool has_terminal_;
};

/// Waits for `socket` or a gesture, at most `timeout_ms` (-1: for ever). Returns whether `socket`
/// has something to read.
[[nodiscard]] bool wait_for(int socket, const OperatorInput& operator_input, int timeout_ms);

}  // namespace firstkey::device::softkey
