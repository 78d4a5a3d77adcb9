#pragma once
// What one thread leaves for another: a queue that is waited on with a time-out, and closed when
// its reader stops. What is left after that is dropped, secrets in it being wiped by their types.
// Threads: any number leave, one takes.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace firstkey::enroll {

template <class Message>
class Mailbox {
 public:
  void leave(Message message) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    messages_.push_back(std::move(message));
    changed_.notify_one();
  }

  /// Ends every wait at once; everything in the box and everything left from now on is dropped.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    messages_.clear();
    changed_.notify_all();
  }

  /// The oldest message. Nothing once `patience` is used up or the box is closed.
  [[nodiscard]] std::optional<Message> take(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return is_closed_ || !messages_.empty(); });
    if (messages_.empty()) return std::nullopt;
    std::optional<Message> message(std::move(messages_.front()));
    messages_.pop_front();
    return message;
  }

  [[nodiscard]] bool is_empty() const {
    const std::lock_guard lock(mutex_);
    return messages_.empty();
  }

  [[nodiscard]] bool is_closed() const {
    const std::lock_guard lock(mutex_);
    return is_closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> messages_;
  bool is_closed_ = false;
};

}  // namespace firstkey::enroll
