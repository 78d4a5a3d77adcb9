#include "device/running_call.h"

#include <algorithm>
#include <utility>

namespace firstkey::device {

namespace {

/// Longer calls are cut to this, so that deadline arithmetic cannot overflow.
constexpr std::chrono::milliseconds kLongestCall = std::chrono::hours(24);

std::chrono::milliseconds until(RunningCall::Clock::time_point instant) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(instant - RunningCall::Clock::now());
  return std::max(left, std::chrono::milliseconds::zero());
}

}  // namespace

RunningCall::RunningCall(const CallLimits& limits, WakeEvent& wake)
    : limits_(limits),
      deadline_(Clock::now() +
                std::clamp(limits.time_left, std::chrono::milliseconds::zero(), kLongestCall)),
      on_stop_(limits.stop, Waker{&wake}) {}

bool RunningCall::is_over() const {
  return limits_.stop.stop_requested() || Clock::now() >= deadline_;
}

std::chrono::milliseconds RunningCall::time_left() const {
  return until(deadline_);
}

Error RunningCall::end_reason() const {
  if (limits_.stop.stop_requested()) {
    return {.code = ErrorCode::kCancelled,
            .detail = "stopped by the caller",
            .is_unanswered = is_grace_over()};
  }
  return {.code = ErrorCode::kTimeout,
          .detail = "the time left was used up",
          .is_unanswered = is_grace_over()};
}

void RunningCall::begin_grace() {
  if (!grace_end_) grace_end_ = Clock::now() + kCancelGrace;
}

bool RunningCall::is_grace_over() const {
  return grace_end_ && Clock::now() >= *grace_end_;
}

std::chrono::milliseconds RunningCall::patience() const {
  return until(grace_end_.value_or(deadline_));
}

void RunningCall::report(KeepAlive said) {
  if (last_said_ == said) return;
  last_said_ = said;
  if (limits_.on_keep_alive) limits_.on_keep_alive(said);
}

void RunningCall::fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

}  // namespace firstkey::device
