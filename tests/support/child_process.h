#pragma once
// Children of a test: forked, each running one function, and always reaped.

#include <csignal>
#include <cstdlib>
#include <functional>

#include <sys/wait.h>
#include <unistd.h>

namespace firstkey::tests {

/// Runs `work` in a child, which ends with the status it returns. Fork before this process has
/// threads: a child inherits only the one that forked.
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<int()>& work) : id_(::fork()) {
    if (id_ == 0) ::_exit(work());
  }
  ~ChildProcess() {
    if (id_ <= 0) return;
    kill();
    (void)wait();
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&& other) noexcept : id_(other.id_) { other.id_ = -1; }
  ChildProcess& operator=(ChildProcess&&) = delete;

  [[nodiscard]] bool is_started() const { return id_ > 0; }
  void kill() const { ::kill(id_, SIGKILL); }
  /// The exit status, or -1 if it was killed.
  int wait() {
    int status = 0;
    const auto waited = ::waitpid(id_, &status, 0);
    id_ = -1;
    return waited > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_ = -1;
};

}  // namespace firstkey::tests
