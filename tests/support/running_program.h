#pragma once
// Programs of ours as a test meets them: started, read from, signalled, and always ended and
// reaped.

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace firstkey::tests {

/// Only a test that fails waits as long.
inline constexpr int kProgramPatience = 20'000;  // ms

struct Finished {
  int status = -1;
  std::string text;
};

/// Runs `command` in a shell to its end.
inline Finished run(const std::string& command) {
  Finished finished;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  for (std::size_t size = 0; (size = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    finished.text.append(chunk.data(), size);
  }
  const int status = ::pclose(pipe);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

/// A shell command that goes on running; its output ends when the last process holding it does.
class RunningProgram {
 public:
  explicit RunningProgram(const std::string& command) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    const std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    const int fault =
        ::posix_spawn(&process_, "/bin/sh", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    output_ = pipe[0];
    REQUIRE(fault == 0);
  }
  ~RunningProgram() {
    ::close(output_);
    if (process_ > 0) (void)end(SIGKILL);
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  /// The next line; empty at the end of all output, or when none comes.
  std::string line() {
    std::string text;
    pollfd wanted{output_, POLLIN, 0};
    for (char byte = 0;
         ::poll(&wanted, 1, kProgramPatience) == 1 && ::read(output_, &byte, 1) == 1;) {
      if (byte == '\n') return text;
      text.push_back(byte);
    }
    return text;
  }
  /// Whether every process that held the output has ended, waiting for it a while.
  bool has_output_ended() {
    pollfd wanted{output_, POLLIN, 0};
    char byte = 0;
    return ::poll(&wanted, 1, kProgramPatience) == 1 && ::read(output_, &byte, 1) == 0;
  }
  void signal(int number) const { ::kill(process_, number); }
  /// Sends a signal that the program reads from a signalfd, and returns once it has read it.
  void signal_and_wait(int number) const {
    signal(number);
    while (is_pending(number)) ::sched_yield();
  }
  /// Its exit status, or -1 if the signal ended it.
  int end(int number) {
    signal(number);
    return wait();
  }

 private:
  /// Source: proc(5), /proc/PID/status, ShdPnd: the mask of the process's pending signals.
  [[nodiscard]] bool is_pending(int number) const {
    std::ifstream status("/proc/" + std::to_string(process_) + "/status");
    const std::string wanted = "ShdPnd:";
    for (std::string line; std::getline(status, line);) {
      if (!line.starts_with(wanted)) continue;
      return ((std::stoull(line.substr(wanted.size()), nullptr, 16) >> (number - 1)) & 1U) != 0;
    }
    return false;
  }
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  pid_t process_ = -1;
  int output_ = -1;
};

}  // namespace firstkey::tests
