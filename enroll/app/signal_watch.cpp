#include "enroll/app/signal_watch.h"

#include <cerrno>
#include <system_error>

#include <sys/signalfd.h>

namespace firstkey::enroll {

namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

SignalWatch::SignalWatch() {
  const auto watched = set_of({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP});
  ::pthread_sigmask(SIG_BLOCK, &watched, &previous_);
  signals_ = device::FileDescriptor(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
}

SignalWatch::~SignalWatch() {
  ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

std::optional<SignalWatch::Wish> SignalWatch::take() {
  signalfd_siginfo received{};
  if (::read(signals_.get(), &received, sizeof(received)) != sizeof(received)) return std::nullopt;
  return received.ssi_signo == SIGTSTP ? Wish::kSuspend : Wish::kEnd;
}

void SignalWatch::suspend() {
  const auto stop = set_of({SIGTSTP});
  (void)::raise(SIGTSTP);  // pending until the next line lets it through
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace firstkey::enroll
