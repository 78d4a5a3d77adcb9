#include "enroll/http/worker_pool.h"

#include <utility>

namespace firstkey::enroll::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t room) : room_(room), idle_(threads) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
}

WorkerPool::Admission WorkerPool::submit(Job job) {
  const std::lock_guard lock(mutex_);
  if (is_closed_ || waiting_.size() >= idle_ + room_) return Admission::kFull;
  waiting_.push_back(std::move(job));
  changed_.notify_one();
  return Admission::kAdmitted;
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_closed_ || !waiting_.empty(); });
    if (is_closed_) return;
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    --idle_;
    lock.unlock();
    job();
    job = nullptr;  // what it holds goes before the lock is taken
    lock.lock();
    ++idle_;
  }
}

}  // namespace firstkey::enroll::http
