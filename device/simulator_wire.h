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
  /// left, as it would on USB: the channel then says kGone.
  /// Errors: kBusy (this or another program holds the reply port), kIo.
  [[nodiscard]] Result<std::unique_ptr<FrameChannel>> open_channel();

  /// Asks whether the key is there. Blocks two seconds at most, and only for a port whose
  /// owner is mute; less when `wake` is signalled.
  /// While a channel is open only the departure of the key is noticed.
  [[nodiscard]] Presence probe(const WakeEvent& wake);

 private:
  friend class LeasedChannel;
  using ChannelId = std::array<std::uint8_t, 4>;

  [[nodiscard]] bool is_listening(const WakeEvent& wake) const;
  [[nodiscard]] bool knows_our_channel(FrameChannel& channel, const WakeEvent& wake) const;
  [[nodiscard]] std::optional<ChannelId> ask_for_channel(FrameChannel& channel,
                                                         const WakeEvent& wake) const;

  const SimulatorAddress address_;
  std::mutex turn_;
  int open_channels_ = 0;                // under turn_
  std::optional<ChannelId> channel_id_;  // under turn_: what the key gave us; none: it is absent
};

}  // namespace firstkey::device
