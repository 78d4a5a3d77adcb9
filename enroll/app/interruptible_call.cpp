#include "enroll/app/interruptible_call.h"

#include <array>
#include <atomic>

#include <poll.h>

namespace firstkey::enroll {

namespace {

std::atomic<int>& left_running() noexcept {
  static std::atomic<int> count = 0;
  return count;
}

/// Takes every signal that came; whether one of them was to end.
bool obey(SignalWatch& signals) {
  bool is_to_end = false;
  while (const auto wish = signals.take()) {
    if (*wish == SignalWatch::Wish::kSuspend) SignalWatch::suspend();
    if (*wish == SignalWatch::Wish::kEnd) is_to_end = true;
  }
  return is_to_end;
}

}  // namespace

int calls_left_running() noexcept {
  return left_running().load();
}

bool RunningTask::abandon() {
  const std::lock_guard lock(mutex_);
  if (is_finished_) return false;
  is_abandoned_ = true;
  left_running() += 1;
  return true;
}

void RunningTask::finish() {
  const std::lock_guard lock(mutex_);
  is_finished_ = true;
  if (is_abandoned_) left_running() -= 1;
  finished_event_.signal();
}

bool RunningTask::is_finished() const {
  const std::lock_guard lock(mutex_);
  return is_finished_;
}

bool wait_for(const RunningTask& task, SignalWatch& signals) {
  constexpr int kForEver = -1;
  std::array<pollfd, 2> waited{pollfd{.fd = task.fd(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
  while (!task.is_finished()) {
    (void)::poll(waited.data(), waited.size(), kForEver);
    if (!obey(signals)) continue;
    (void)::poll(waited.data(), 1, static_cast<int>(kAnswerGrace.count()));
    return true;
  }
  return false;
}

}  // namespace firstkey::enroll
