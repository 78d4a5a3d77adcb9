#pragma once
// A child of a test that sits at a terminal of its own, with the test as the person in front of it.

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace firstkey::tests {

class PseudoTerminal {
 public:
  /// Runs `work` at a new terminal; the child ends with the status it returns. Fork before this
  /// process has threads.
  explicit PseudoTerminal(const std::function<int()>& work) {
    std::fflush(nullptr);  // else the child would write what waits in our buffers once more
    child_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
    if (child_ == 0) {
      ::setenv("TERM", "xterm", 1);
      ::_exit(work());
    }
  }
  ~PseudoTerminal() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      (void)wait();
    }
    ::close(master_);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  [[nodiscard]] pid_t child() const { return child_; }
  void type(std::string_view keys) const {
    [[maybe_unused]] const auto written = ::write(master_, keys.data(), keys.size());
  }
  /// What the screen got up to and with `text`; everything, if that never came.
  std::string read_until(std::string_view text) {
    std::string seen;
    while (seen.find(text) == std::string::npos && read_some(seen)) {
    }
    return seen;
  }
  /// Whether the terminal itself shows what is typed.
  [[nodiscard]] bool echoes() const {
    termios now{};
    return ::tcgetattr(master_, &now) == 0 && (now.c_lflag & ECHO) != 0;
  }
  /// The exit status; -1 if a signal ended it.
  int wait() {
    std::string rest;
    while (read_some(rest)) {
    }
    int status = 0;
    const auto waited = ::waitpid(child_, &status, 0);
    child_ = -1;
    return waited > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  bool read_some(std::string& seen) const {
    constexpr int kPatienceMs = 20'000;
    pollfd waited{.fd = master_, .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, kPatienceMs) <= 0) return false;
    std::array<char, 1024> buffer{};
    const auto got = ::read(master_, buffer.data(), buffer.size());
    if (got <= 0) return false;  // the child has closed the terminal
    seen.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  int master_ = -1;
  pid_t child_ = -1;
};

}  // namespace firstkey::tests
