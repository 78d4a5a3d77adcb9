#pragma once
// firstkey-softkey as a benchmark meets it: in a process of its own, ready when it is made, and
// touched when the benchmark says so.

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device/file_descriptor.h"
#include "device/key_discovery.h"

namespace firstkey::tests {

class BenchKey {
 public:
  /// Throws std::runtime_error when it does not come to be ready.
  explicit BenchKey(std::vector<std::string> options) {
    options.insert(options.begin(), {FIRSTKEY_SOFTKEY, "--exit-with-parent"});
    std::vector<char*> arguments;
    for (auto& option : options) arguments.push_back(option.data());
    arguments.push_back(nullptr);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const device::FileDescriptor output(pipe[0]);
    device::FileDescriptor input(pipe[1]);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
    const int fault =
        ::posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    input = device::FileDescriptor();
    char first_letter = 0;  // of the line that says it is ready
    if (fault != 0 || ::read(output.get(), &first_letter, 1) != 1) {
      throw std::runtime_error("no software key: " + options.back());
    }
  }
  ~BenchKey() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  BenchKey(const BenchKey&) = delete;
  BenchKey& operator=(const BenchKey&) = delete;

  void touch() const { ::kill(process_, SIGUSR1); }

 private:
  pid_t process_ = -1;
};

/// As the option --udp takes it.
inline std::string as_option(const device::SimulatorAddress& address) {
  const auto text = address.to_string();
  return text.substr(text.find(':') + 1);
}

}  // namespace firstkey::tests
