#pragma once
// firstkey-softkey as a process of its own, on UDP ports nobody else has; the same key again after
// every restart. Executables that use it are built with FIRSTKEY_SOFTKEY, the path of the program.

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "device/key_discovery.h"
#include "tests/support/running_program.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/udp_port.h"

namespace firstkey::tests {

class SoftkeyProcess {
 public:
  /// `options` as on the command line, such as "--touch never".
  explicit SoftkeyProcess(const std::string& options = "")
      : address_{.port = port_.number(), .reply_port = reply_port_.number()} {
    start(options);
  }

  /// Starts it once more after end(), perhaps with other options.
  void start(const std::string& options = "") {
    const auto where = address_.to_string();
    program_.emplace("exec '" FIRSTKEY_SOFTKEY "' --exit-with-parent --udp " +
                     where.substr(where.find(':') + 1) + " --state '" + folder_ / "my.key" + "' " +
                     options);
    REQUIRE(program_->line() == "ready " + where);
  }
  /// Another key in its place, which knows nothing of what it knew.
  void replace(const std::string& options) {
    end();
    std::filesystem::remove(folder_ / "my.key");
    start(options);
  }
  /// As if pulled for good: the process ends.
  void end() { program_.reset(); }
  void touch() const { program_->signal(SIGUSR1); }
  /// Pulled and plugged in again, by the time this returns.
  void replug() const { program_->signal_and_wait(SIGUSR2); }

  [[nodiscard]] const device::SimulatorAddress& address() const { return address_; }
  [[nodiscard]] device::KeyPath path() const {
    return {.transport = device::Transport::kSimulator, .text = address_.to_string()};
  }

 private:
  TemporaryFolder folder_;
  UdpPort port_;
  UdpPort reply_port_;
  device::SimulatorAddress address_;
  std::optional<RunningProgram> program_;
};

}  // namespace firstkey::tests
