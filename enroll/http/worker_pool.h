#pragma once
// Threads that do what would hold up the server's own: hashing passcodes, waiting for the store.
// Both their number and what waits for them are bounded; what does not fit is refused at once.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace firstkey::enroll::http {

class WorkerPool {
 public:
  using Job = std::move_only_function<void()>;
  enum class Admission { kAdmitted, kFull };

  /// `threads` from 1 on; at most `room` jobs wait beside those that run.
  WorkerPool(std::size_t threads, std::size_t room);
  /// Waits for the jobs that run; those that wait are dropped.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Threads: any. `job` must not throw.
  [[nodiscard]] Admission submit(Job job);

 private:
  void work();

  const std::size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  std::size_t idle_ = 0;
  bool is_closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace firstkey::enroll::http
