#include "enroll/http/metrics.h"

#include <iterator>

#include <fmt/format.h>

namespace firstkey::enroll::http {

void Metrics::answered(const std::string& route, unsigned status, std::chrono::microseconds took) {
  const std::lock_guard lock(mutex_);
  ++answers_[{route, status}];
  auto& durations = durations_[route];
  std::size_t bucket = 0;
  while (bucket < kBounds.size() && took > std::chrono::milliseconds(kBounds[bucket])) ++bucket;
  ++durations.counts[bucket];
  durations.sum += took;
}

void Metrics::connection_opened() {
  const std::lock_guard lock(mutex_);
  ++open_;
  ++opened_;
}

void Metrics::connection_closed() {
  const std::lock_guard lock(mutex_);
  --open_;
}

void Metrics::connection_refused() {
  const std::lock_guard lock(mutex_);
  ++refused_;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out,
                 "# TYPE firstkey_connections gauge\nfirstkey_connections {}\n"
                 "# TYPE firstkey_connections_total counter\nfirstkey_connections_total {}\n"
                 "# TYPE firstkey_connections_refused_total counter\n"
                 "firstkey_connections_refused_total {}\n"
                 "# TYPE firstkey_requests_total counter\n",
                 open_,
                 opened_,
                 refused_);
  for (const auto& [key, count] : answers_) {
    fmt::format_to(out,
                   "firstkey_requests_total{{route=\"{}\",status=\"{}\"}} {}\n",
                   key.first,
                   key.second,
                   count);
  }
  fmt::format_to(out, "# TYPE firstkey_request_seconds histogram\n");
  for (const auto& [route, durations] : durations_) {
    std::uint64_t so_far = 0;
    for (std::size_t bucket = 0; bucket < durations.counts.size(); ++bucket) {
      so_far += durations.counts[bucket];
      const auto bound =
          bucket == kBounds.size() ? std::string("+Inf") : fmt::format("{}", kBounds[bucket] / 1e3);
      fmt::format_to(out,
                     "firstkey_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                     route,
                     bound,
                     so_far);
    }
    fmt::format_to(out,
                   "firstkey_request_seconds_sum{{route=\"{0}\"}} {1}\n"
                   "firstkey_request_seconds_count{{route=\"{0}\"}} {2}\n",
                   route,
                   std::chrono::duration<double>(durations.sum).count(),
                   so_far);
  }
  return text;
}

}  // namespace firstkey::enroll::http
