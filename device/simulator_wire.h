#pragma once
// The two UDP ports of one software key. It answers to one reply port, so whoever holds that port
// is the one it talks to: the channel of an open key, or, when none is open, a probe whether it is
// still there. Here they take turns.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "device/frame_channel.h"
#include "device/key_discovery.h"

namespace firstkey::device {

using HidChannelId = std::array<std::uint8_t, 4>;

class LeasedChannel;

class SimulatorWire : public std::enable_shared_from_this<SimulatorWire> {
 public:
  enum class Presence {
    kAbsent,     ///< nobody listens, or nobody answers
    kNew,        ///< there, and not the insertion that was there before
    kSame,       ///< still there
    kTakenPort,  ///< another program holds the reply port: it cannot be asked
  };

  explicit SimulatorWire(const SimulatorAddress& address) : address_(address) {}

  /// For the life of the channel the reply port is its own. A key that was re-plugged meanwhile has
  /// left, as it would on USB: the channel then says kGone. Blocks a second at most.
  /// Errors: kBusy (this or another program holds the reply port), kGone (the key was re-plugged
  /// since the last probe, which the next one tells), kIo.
  [[nodiscard]] Result<std::unique_ptr<FrameChannel>> open_channel();

  /// Asks whether the key is there. Blocks two seconds at most, and only for a port whose owner is
  /// mute; less when `wake` is signalled. A key that was re-plugged while a channel to it is open
  /// is kAbsent until that channel is closed, and kNew then.
  [[nodiscard]] Presence probe(const WakeEvent& wake);

 private:
  friend class LeasedChannel;

  [[nodiscard]] bool is_listening(const WakeEvent& wake) const;

  const SimulatorAddress address_;
  std::mutex turn_;
  LeasedChannel* leased_ = nullptr;             // under turn_: the open channel, if any
  std::optional<HidChannelId> our_channel_id_;  // under turn_: the key gave it; none: it is absent
};

}  // namespace firstkey::device
