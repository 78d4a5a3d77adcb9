#include "device/reader_turns.h"

#include <utility>

namespace firstkey::device {

std::optional<ReaderTurns::Turn> ReaderTurns::take(const std::string& reader,
                                                   std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto is_decided = [&] {
    const auto holder = holders_.find(reader);
    return holder == holders_.end() || holder->second.is_stuck;
  };
  if (!freed_.wait_for(lock, patience, is_decided)) return std::nullopt;
  if (!holders_.emplace(reader, Holder{}).second) return std::nullopt;
  return Turn(shared_from_this(), reader);
}

void ReaderTurns::await_free(const std::string& reader) {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return !holders_.contains(reader); });
}

void ReaderTurns::card_left(const std::string& reader) {
  std::function<void()> leave;
  {
    const std::lock_guard lock(mutex_);
    if (const auto holder = holders_.find(reader); holder != holders_.end()) {
      leave = holder->second.leave;
    }
  }
  if (leave) leave();
}

ReaderTurns::Turn::~Turn() {
  if (!turns_) return;
  const std::lock_guard lock(turns_->mutex_);
  turns_->holders_.erase(reader_);
  turns_->freed_.notify_all();
}

void ReaderTurns::Turn::set_stuck() {
  const std::lock_guard lock(turns_->mutex_);
  turns_->holders_[reader_].is_stuck = true;
  turns_->freed_.notify_all();
}

void ReaderTurns::Turn::set_leave(std::function<void()> leave) {
  const std::lock_guard lock(turns_->mutex_);
  turns_->holders_[reader_].leave = std::move(leave);
}

}  // namespace firstkey::device
