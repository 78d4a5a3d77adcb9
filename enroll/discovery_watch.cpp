#include "enroll/discovery_watch.h"

#include <algorithm>
#include <utility>

namespace firstkey::enroll {

namespace {

/// A wait ends earlier when something happens or the watch is stopped.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::minutes(1);

/// What turned `before` into `now`, departures first.
std::vector<device::KeyEvent> changes(const std::vector<device::SeenKey>& before,
                                      const std::vector<device::SeenKey>& now) {
  using Kind = device::KeyEvent::Kind;
  const auto find = [](const std::vector<device::SeenKey>& keys, const device::SeenKey& key) {
    return std::ranges::find(keys, key.arrival, &device::SeenKey::arrival);
  };
  std::vector<device::KeyEvent> events;
  for (const device::SeenKey& key : before) {
    if (find(now, key) == now.end()) events.push_back({.kind = Kind::kRemoved, .key = key});
  }
  for (const device::SeenKey& key : now) {
    const auto earlier = find(before, key);
    if (earlier == before.end()) {
      events.push_back({.kind = Kind::kArrived, .key = key});
    } else if (*earlier != key) {
      events.push_back({.kind = Kind::kChanged, .key = key});
    }
  }
  return events;
}

/// Discovery tells each arrival once, and may have told it to an earlier ceremony: so its events
/// only say when to look, and what counts is who is there.
void watch(device::KeyDiscovery& discovery,
           const DiscoveryWatch::Reports& reports,
           std::vector<device::SeenKey> known,
           const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    (void)discovery.wait(kLongestWait, stop);
    auto present = discovery.keys();
    auto events = changes(known, present);
    known = std::move(present);
    if (!events.empty()) reports.keys(std::move(events));
  }
}

}  // namespace

DiscoveryWatch::DiscoveryWatch(device::KeyDiscovery& discovery, Reports reports) {
  (void)discovery.wait(std::chrono::milliseconds(0), {});
  auto present = discovery.keys();
  reports.keys(changes({}, present));
  if (present.empty()) {
    for (auto& obstacle : discovery.obstacles()) reports.obstacle(std::move(obstacle));
  }
  thread_ = std::jthread([&discovery, reports = std::move(reports), known = std::move(present)](
                             const std::stop_token& stop) mutable {
    watch(discovery, reports, std::move(known), stop);
  });
}

}  // namespace firstkey::enroll
