#include "enroll/discovery_watch.h"

#include <utility>

namespace firstkey::enroll {

namespace {

/// A wait ends earlier when something happens or the watch is stopped.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::minutes(1);

void watch(device::KeyDiscovery& discovery,
           const DiscoveryWatch::Reports& reports,
           const std::stop_token& stop) {
  if (discovery.keys().empty()) {
    for (device::Obstacle& obstacle : discovery.obstacles()) reports.obstacle(std::move(obstacle));
  }
  while (!stop.stop_requested()) {
    auto events = discovery.wait(kLongestWait, stop);
    if (!events.empty()) reports.keys(std::move(events));
  }
}

}  // namespace

DiscoveryWatch::DiscoveryWatch(device::KeyDiscovery& discovery, Reports reports)
    : thread_([&discovery, reports = std::move(reports)](const std::stop_token& stop) {
        watch(discovery, reports, stop);
      }) {}

}  // namespace firstkey::enroll
