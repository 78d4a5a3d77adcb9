#pragma once
// How often somebody may ask: a bucket each that empties with every request and fills again with
// time. Keys are addresses or names of callers; how many are remembered is bounded. Threads: any.

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.h"

namespace firstkey::enroll::http {

struct Rate {
  int burst = 200;            ///< requests at once, from 1 on
  int a_second = 100;         ///< that the bucket fills by, from 1 on
  std::size_t keys = 20'000;  ///< remembered at most
};

class RateLimit {
 public:
  /// `clock` must outlive this.
  RateLimit(const core::Clock& clock, Rate rate) : clock_(clock), rate_(rate) {}

  /// Counts a request of `key`. Returns how long to wait if it is one too many.
  [[nodiscard]] std::optional<std::chrono::seconds> take(const std::string& key);

 private:
  struct Bucket {
    double left = 0;
    core::Duration at{};  ///< since boot
  };
  [[nodiscard]] double filled(const Bucket& bucket, core::Duration now) const;
  void forget_full(core::Duration now);

  const core::Clock& clock_;
  const Rate rate_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace firstkey::enroll::http
