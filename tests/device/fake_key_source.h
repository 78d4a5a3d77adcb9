#pragma once
// A source of keys that a test plays: keys come, go and change when it says so.

#include <string>
#include <utility>
#include <vector>

#include "device/key_source.h"
#include "tests/support/fake_authenticator.h"

namespace firstkey::tests {

/// What the test holds on to, while the discovery owns the source.
struct FakeBus {
  std::vector<device::SeenKey> at_start;
  std::vector<device::Obstacle> obstacles;
  device::KeySink* sink = nullptr;
  bool is_stopped = false;
  std::vector<device::KeyPath> opened;
};

class FakeKeySource final : public device::KeySource {
 public:
  /// Owns the paths of `transport`. `bus` outlives this object.
  FakeKeySource(FakeBus& bus, device::Transport transport) : bus_(bus), transport_(transport) {}
  ~FakeKeySource() override { CHECK(bus_.is_stopped); }

  void start(device::KeySink& sink) override {
    bus_.sink = &sink;
    for (const auto& key : bus_.at_start) sink.arrived(key);
  }
  void stop() override { bus_.is_stopped = true; }
  [[nodiscard]] bool owns(const device::KeyPath& path) const override {
    return path.transport == transport_;
  }
  [[nodiscard]] device::Result<std::unique_ptr<device::Authenticator>> open(
      const device::KeyPath& path, const device::CallLimits& /*limits*/) override {
    bus_.opened.push_back(path);
    return fails(device::ErrorCode::kGone);
  }
  [[nodiscard]] std::vector<device::Obstacle> obstacles() override { return bus_.obstacles; }

 private:
  FakeBus& bus_;
  device::Transport transport_;
};

}  // namespace firstkey::tests
