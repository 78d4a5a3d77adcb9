#pragma once
// Software keys over UDP, each named explicitly. UDP has no notion of a peer that comes or goes, so
// each is asked twice a second whether it is still the one it was: a CTAPHID_PING on the channel it
// gave. One that does not know its own channel any more was re-plugged or restarted.
// Source: CTAP 2.1 §11.2.9.1.3 (INIT), §11.2.9.1.4 (PING), §11.2.9.1.6 (ERR_INVALID_CHANNEL).

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "device/key_source.h"
#include "device/simulator_wire.h"
#include "device/wake_event.h"

namespace firstkey::device {

class SimulatorSource final : public KeySource {
 public:
  explicit SimulatorSource(const std::vector<SimulatorAddress>& addresses);

  void start(KeySink& sink) override;
  void stop() override;
  [[nodiscard]] bool owns(const KeyPath& path) const override;
  [[nodiscard]] Result<std::unique_ptr<Authenticator>> open(const KeyPath& path,
                                                            const CallLimits& limits) override;
  /// A named simulator that does not answer, or whose reply port another program holds.
  [[nodiscard]] std::vector<Obstacle> obstacles() override;

 private:
  struct Simulator {
    KeyPath path;
    /// Shared with the channels open on it, which may outlive this source.
    std::shared_ptr<SimulatorWire> wire;
    SimulatorWire::Presence presence = SimulatorWire::Presence::kAbsent;  // under mutex_
    bool is_reported = false;  // as there; only for the thread that looks
  };

  void watch(KeySink& sink, const std::stop_token& stop);
  /// Asks one simulator and reports what has changed. Threads: one at a time.
  void look(KeySink& sink, Simulator& simulator);

  std::vector<Simulator> simulators_;  // as many as were named, for good
  std::mutex mutex_;
  std::condition_variable_any pause_;
  WakeEvent stopping_;
  std::jthread watcher_;
};

}  // namespace firstkey::device
