#pragma once
// Work that a program does at intervals while nobody asks, on a thread of its own, until it ends.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace firstkey::enroll {

class RegularWork {
 public:
  /// The first `interval` goes by before `work` is done first. It outlives this.
  RegularWork(std::chrono::milliseconds interval, std::function<void()> work)
      : thread_([this, interval, work = std::move(work)](const std::stop_token& ended) {
          std::unique_lock lock(mutex_);
          const auto never = [] { return false; };
          while (!ended.stop_requested()) {
            wakened_.wait_for(lock, ended, interval, never);
            if (!ended.stop_requested()) work();
          }
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wakened_;
  std::jthread thread_;
};

}  // namespace firstkey::enroll
