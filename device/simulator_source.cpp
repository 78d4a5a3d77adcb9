#include "device/simulator_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "device/fido2_authenticator.h"
#include "device/hid_link.h"

namespace firstkey::device {

namespace {

/// Two datagrams on loopback each time; a person who plugs or pulls a simulator sees no delay.
constexpr std::chrono::milliseconds kProbeInterval{500};

using Presence = SimulatorWire::Presence;

SeenKey to_seen_key(const KeyPath& path) {
  return {.path = path, .display_name = "Software key (simulated)", .is_simulated = true};
}

}  // namespace

SimulatorSource::SimulatorSource(const std::vector<SimulatorAddress>& addresses) {
  for (const auto& address : addresses) {
    simulators_.push_back(
        {.path = {.transport = Transport::kSimulator, .text = address.to_string()},
         .wire = std::make_shared<SimulatorWire>(address)});
  }
}

void SimulatorSource::start(KeySink& sink) {
  for (auto& simulator : simulators_) look(sink, simulator);
  watcher_ = std::jthread([this, &sink](const std::stop_token& stop) { watch(sink, stop); });
}

void SimulatorSource::stop() {
  watcher_.request_stop();
  stopping_.signal();
  watcher_.join();
}

bool SimulatorSource::owns(const KeyPath& path) const {
  return std::ranges::find(simulators_, path, &Simulator::path) != simulators_.end();
}

Result<std::unique_ptr<Authenticator>> SimulatorSource::open(const KeyPath& path,
                                                             const CallLimits& limits) {
  const auto simulator = std::ranges::find(simulators_, path, &Simulator::path);
  if (simulator == simulators_.end()) {
    return std::unexpected(Error{.code = ErrorCode::kUnknownPath, .detail = path.text});
  }
  return Fido2Authenticator::open(
      std::make_unique<HidLink>([wire = simulator->wire] { return wire->open_channel(); }),
      {.path = path.text, .is_simulated = true},
      limits);
}

std::vector<Obstacle> SimulatorSource::obstacles() {
  const std::lock_guard lock(mutex_);
  std::vector<Obstacle> found;
  for (const auto& simulator : simulators_) {
    const auto& path = simulator.path;
    switch (simulator.presence) {
      case Presence::kAbsent:
        found.push_back({.code = ErrorCode::kGone,
                         .reason = "no simulator answers at " + path.text,
                         .remedy = "start one there: firstkey-softkey --udp " +
                                   path.text.substr(path.text.find(':') + 1)});
        break;
      case Presence::kTakenPort:
        found.push_back({.code = ErrorCode::kBusy,
                         .reason = "another program holds the reply port of " + path.text,
                         .remedy = "end the other program that uses this simulator"});
        break;
      case Presence::kNew:
      case Presence::kSame:
        break;
    }
  }
  return found;
}

void SimulatorSource::watch(KeySink& sink, const std::stop_token& stop) {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      pause_.wait_for(lock, stop, kProbeInterval, [] { return false; });
    }
    for (auto& simulator : simulators_) {
      if (stop.stop_requested()) return;
      look(sink, simulator);
    }
  }
}

void SimulatorSource::look(KeySink& sink, Simulator& simulator) {
  const auto presence = simulator.wire->probe(stopping_);
  if (stopping_.is_signalled()) return;  // the probe was broken off: it says nothing
  {
    const std::lock_guard lock(mutex_);
    simulator.presence = presence;
  }
  switch (presence) {
    case Presence::kAbsent:
      if (std::exchange(simulator.is_reported, false)) sink.removed(simulator.path);
      break;
    case Presence::kNew:
      if (std::exchange(simulator.is_reported, true)) sink.removed(simulator.path);
      sink.arrived(to_seen_key(simulator.path));
      break;
    case Presence::kSame:
    case Presence::kTakenPort:
      break;
  }
}

}  // namespace firstkey::device
