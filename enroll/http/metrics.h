#pragma once
// What the server counts of itself, in Prometheus's text format. Labels are route patterns and
// statuses: bounded, and nothing anybody sent. Threads: any.
// Source: Prometheus, "Exposition formats", text format 0.0.4.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace firstkey::enroll::http {

class Metrics {
 public:
  /// `route`: a pattern, or "" for a path that leads nowhere.
  void answered(const std::string& route, unsigned status, std::chrono::microseconds took);
  void connection_opened();
  void connection_closed();
  /// Turned away for want of room.
  void connection_refused();

  [[nodiscard]] std::string text() const;

 private:
  /// Upper bounds of the histogram, in milliseconds; the last bucket has none.
  static constexpr std::array<int, 8> kBounds{1, 5, 10, 50, 100, 500, 1000, 5000};
  struct Durations {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};
    std::chrono::microseconds sum{0};
  };

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, std::uint64_t> answers_;
  std::map<std::string, Durations> durations_;
  std::uint64_t open_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace firstkey::enroll::http
