#pragma once
// A store between whose transactions things happen: what changes while a passcode is hashed or a
// response judged, and answers that are lost on their way back.

#include <functional>
#include <utility>

#include "core/store.h"

namespace firstkey::tests {

class InterruptedStore final : public core::Store {
 public:
  explicit InterruptedStore(core::Store& store) : store_(store) {}

  /// Runs `interruption` before the `write`th write, counted from 1.
  void interrupt_before(int write, std::function<void()> interruption) {
    interrupted_ = write;
    interruption_ = std::move(interruption);
  }
  /// The `write`th write is committed, and its caller told that nobody knows.
  void lose_answer_of(int write) { lost_answer_ = write; }

  core::Result<void> write(const Work& work) override {
    if (++writes_ == interrupted_) interruption_();
    auto done = store_.write(work);
    if (done && writes_ == lost_answer_) {
      return core::fail(core::ErrorCode::kOutcomeUnknown, "the answer was lost");
    }
    return done;
  }
  core::Result<void> read(const ReadWork& work) override { return store_.read(work); }
  core::Result<void> check() override { return store_.check(); }
  core::Result<void> scrub() override { return store_.scrub(); }
  core::Result<void> back_up(const std::string& path) override { return store_.back_up(path); }

 private:
  core::Store& store_;
  std::function<void()> interruption_;
  int interrupted_ = 0;
  int lost_answer_ = 0;
  int writes_ = 0;
};

}  // namespace firstkey::tests
