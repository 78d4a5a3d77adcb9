#pragma once
// One blocking call while it runs: its deadline, its stop request, what the key said meanwhile and
// what went wrong on the wire. libfido2 reports any of that as "TX" or "RX", so its callbacks leave
// the truth here.
//
// Threads: used by the thread of the call alone; only the wake-up comes from another one.

#include <chrono>
#include <optional>
#include <stop_token>

#include "device/authenticator.h"
#include "device/error.h"
#include "device/wake_event.h"

namespace firstkey::device {

class RunningCall {
 public:
  using Clock = std::chrono::steady_clock;

  /// `limits` and `wake` outlive the call. A stop request signals `wake`.
  RunningCall(const CallLimits& limits, WakeEvent& wake);
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;
  ~RunningCall() = default;

  /// The caller wants no more of it: stopped, or out of time.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] std::chrono::milliseconds time_left() const;
  /// kCancelled or kTimeout: why it is over, and whether the key has said that it stopped.
  [[nodiscard]] Error end_reason() const;

  /// From the moment the key was told to stop it has kCancelGrace to say so.
  void begin_grace();
  [[nodiscard]] bool is_in_grace() const noexcept { return grace_end_.has_value(); }
  [[nodiscard]] bool is_grace_over() const;
  /// How long to wait for the key now: until the deadline, or the end of the grace.
  [[nodiscard]] std::chrono::milliseconds patience() const;

  /// Tells the caller, unless it is what was told last.
  void report(KeepAlive said);

  /// Keeps the first failure.
  void fail(Error error);
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

 private:
  struct Waker {
    WakeEvent* wake;
    void operator()() const noexcept { wake->signal(); }
  };

  const CallLimits& limits_;
  Clock::time_point deadline_;
  std::optional<Clock::time_point> grace_end_;
  std::optional<KeepAlive> last_said_;
  std::optional<Error> failure_;
  std::stop_callback<Waker> on_stop_;
};

}  // namespace firstkey::device
