#pragma once
// Calls at a key that says anything, held to what the port promises of every call: it ends in its
// time, and as a value or as an error that tells something. Virtual time (virtual_time.h).

#include <stop_token>

#include "device/authenticator.h"
#include "tests/fuzz/demand.h"

namespace firstkey::tests {

class TimedCalls {
 public:
  static constexpr std::chrono::milliseconds kTimeLeft{2'000};
  /// What may pass between two looks at the clock: the longest pause a wire makes by itself.
  static constexpr std::chrono::milliseconds kSlack{150};

  /// What `call` returns, made with the limits of one call.
  template <class Call>
  auto operator()(const Call& call) {
    stop_ = std::stop_source();
    const auto begin = std::chrono::steady_clock::now();
    const device::CallLimits limits{
        .time_left = kTimeLeft, .stop = stop_.get_token(), .on_keep_alive = [](auto) {}};
    auto result = call(limits);
    const auto took = std::chrono::steady_clock::now() - begin;
    demand(took <= kTimeLeft + device::kCancelGrace + kSlack, "a call ends in its time");
    if (!result) demand(!device::name_of(result.error().code).empty(), "an error has a name");
    return result;
  }
  /// The person wants no more of the call under way.
  void stop() { stop_.request_stop(); }

 private:
  std::stop_source stop_;
};

}  // namespace firstkey::tests
