#include "device/softkey/operator_input.h"

#include <cerrno>
#include <csignal>
#include <optional>

#include <sys/signalfd.h>

namespace firstkey::device::softkey {
namespace {

std::optional<Gesture> gesture_of(std::uint32_t signal) {
  switch (signal) {
    case SIGUSR1:
      return Gesture::kTouch;
    case SIGUSR2:
      return Gesture::kPowerCycle;
    case SIGTERM:
    case SIGINT:
      return Gesture::kEnd;
    default:
      return {};
  }
}

bool is_readable(int file) {
  pollfd wanted{file, POLLIN, 0};
  return ::poll(&wanted, 1, 0) == 1;
}

}  // namespace

std::expected<OperatorInput, int> OperatorInput::open() {
  sigset_t signals{};
  sigemptyset(&signals);
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) sigaddset(&signals, signal);
  if (const int fault = pthread_sigmask(SIG_BLOCK, &signals, nullptr); fault != 0) {
    return std::unexpected(fault);
  }
  FileDescriptor file(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!file.is_open()) return std::unexpected(errno);
  return OperatorInput(std::move(file), ::isatty(STDIN_FILENO) == 1);
}

std::vector<pollfd> OperatorInput::poll_set() const {
  std::vector<pollfd> set{{signals_.get(), POLLIN, 0}};
  if (has_terminal_) set.push_back({STDIN_FILENO, POLLIN, 0});
  return set;
}

std::vector<Gesture> OperatorInput::read() {
  std::vector<Gesture> gestures;
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
    if (const auto gesture = gesture_of(signal.ssi_signo)) gestures.push_back(*gesture);
  }
  if (has_terminal_ && is_readable(STDIN_FILENO)) {
    std::array<char, 256> line{};
    has_terminal_ = ::read(STDIN_FILENO, line.data(), line.size()) > 0;
    if (has_terminal_) gestures.push_back(Gesture::kTouch);
  }
  return gestures;
}

bool wait_for(int socket, const OperatorInput& operator_input, int timeout_ms) {
  std::vector<pollfd> set = operator_input.poll_set();
  set.push_back({socket, POLLIN, 0});
  return ::poll(set.data(), set.size(), timeout_ms) > 0 && set.back().revents != 0;
}

}  // namespace firstkey::device::softkey
