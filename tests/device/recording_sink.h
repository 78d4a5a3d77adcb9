#pragma once
// Writes down what a KeySource reports. Threads: any.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "device/key_source.h"

namespace firstkey::tests {

class RecordingSink final : public device::KeySink {
 public:
  void arrived(device::SeenKey key) override { tell("arrived ", std::move(key)); }
  void removed(const device::KeyPath& path) override { tell("removed ", {.path = path}); }
  void changed(device::SeenKey key) override { tell("changed ", std::move(key)); }

  /// Waits until `count` things were told in all. False: `patience` is over.
  [[nodiscard]] bool await(std::size_t count, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return told_.size() >= count; });
  }

  /// "arrived ccid:A reader 00 00"
  [[nodiscard]] std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// The key of the last that was told.
  [[nodiscard]] device::SeenKey last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  void tell(const std::string& what, device::SeenKey key) {
    const std::lock_guard lock(mutex_);
    told_.push_back(what + key.path.text);
    last_ = std::move(key);
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  device::SeenKey last_;
};

}  // namespace firstkey::tests
