#include "enroll/http/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace firstkey::enroll::http {

double RateLimit::filled(const Bucket& bucket, core::Duration now) const {
  // A clock of another boot, as tests set it, says nothing of the time gone by.
  const auto since = std::max(now - bucket.at, core::Duration{0});
  const auto passed = std::chrono::duration<double>(since).count();
  return std::min<double>(rate_.burst, bucket.left + passed * rate_.a_second);
}

void RateLimit::forget_full(core::Duration now) {
  std::erase_if(buckets_,
                [&](const auto& entry) { return filled(entry.second, now) >= rate_.burst; });
}

std::optional<std::chrono::seconds> RateLimit::take(const std::string& key) {
  const auto now = clock_.read().since_boot;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= rate_.keys && !buckets_.contains(key)) {
    forget_full(now);
    if (buckets_.size() >= rate_.keys) return std::chrono::seconds(1);
  }
  const auto [entry, is_new] =
      buckets_.try_emplace(key, Bucket{.left = static_cast<double>(rate_.burst), .at = now});
  auto& bucket = entry->second;
  bucket.left = filled(bucket, now);
  bucket.at = now;
  if (bucket.left < 1) {
    return std::chrono::seconds(
        std::lround(std::ceil((1 - bucket.left) / static_cast<double>(rate_.a_second))));
  }
  bucket.left -= 1;
  return std::nullopt;
}

}  // namespace firstkey::enroll::http
