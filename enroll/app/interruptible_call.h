#pragma once
// A call that may take longer than a person is willing to wait: carried out on a thread of its own,
// while this one listens for signals. Such a call cannot be taken back: one that is not waited for
// goes on by itself, counted, and its answer is dropped.

#include <chrono>
#include <concepts>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "device/wake_event.h"
#include "enroll/app/signal_watch.h"

namespace firstkey::enroll {

template <class Value>
struct Awaited {
  std::optional<Value> answer;  ///< absent: it was not waited for any longer
  bool was_ended = false;       ///< by a signal, before the answer came
};

/// What a signal leaves an answer that is on its way.
inline constexpr std::chrono::milliseconds kAnswerGrace{500};

/// Calls that nobody waits for and that have not returned yet, in this program. While there are
/// any, what they work with must outlive them: leave the program without tearing it down.
[[nodiscard]] int calls_left_running() noexcept;

/// Counts a call while it runs unwaited for: from abandon() to finish(), in whichever order.
class RunningTask {
 public:
  /// True: it has not finished, and nobody may wait for it any more.
  [[nodiscard]] bool abandon();
  void finish();
  [[nodiscard]] bool is_finished() const;
  [[nodiscard]] int fd() const noexcept { return finished_event_.fd(); }

 private:
  mutable std::mutex mutex_;
  bool is_finished_ = false;
  bool is_abandoned_ = false;
  device::WakeEvent finished_event_;
};

/// Waits until `task` has finished, and kAnswerGrace at most from the first signal to end on.
/// Returns whether such a signal came.
[[nodiscard]] bool wait_for(const RunningTask& task, SignalWatch& signals);

/// Runs `call` to its end, or until the grace after a signal is over.
template <std::invocable Call, class Value = std::invoke_result_t<Call&>>
[[nodiscard]] Awaited<Value> run_interruptibly(Call call, SignalWatch& signals) {
  struct Shared {
    explicit Shared(Call work) : call(std::move(work)) {}
    Call call;
    RunningTask task;
    std::optional<Value> answer;  ///< the thread's until the task has finished
  };
  const auto shared = std::make_shared<Shared>(std::move(call));  // with a thread left behind
  std::thread thread([shared] {
    shared->answer = shared->call();
    shared->task.finish();
  });
  Awaited<Value> awaited;
  awaited.was_ended = wait_for(shared->task, signals);
  if (shared->task.abandon()) {
    thread.detach();
    return awaited;
  }
  thread.join();
  awaited.answer = std::move(shared->answer);
  return awaited;
}

}  // namespace firstkey::enroll
