#pragma once
// HID reports in UDP datagrams, to a software key on this machine: the convention of existing
// simulators, where the key listens on one port and answers to another.

#include <memory>

#include "device/file_descriptor.h"
#include "device/frame_channel.h"
#include "device/key_discovery.h"

namespace firstkey::device {

class UdpChannel final : public FrameChannel {
 public:
  /// Errors: kBusy (another program holds the reply port), kIo.
  [[nodiscard]] static Result<std::unique_ptr<FrameChannel>> open(const SimulatorAddress& address);

  explicit UdpChannel(FileDescriptor socket) noexcept : socket_(std::move(socket)) {}

  /// Notices within kProbeInterval that the simulator has ended.
  [[nodiscard]] Result<std::optional<HidFrame>> read(std::chrono::milliseconds timeout,
                                                     const WakeEvent& wake) override;
  [[nodiscard]] Result<void> write(const HidFrame& frame) override;

 private:
  FileDescriptor socket_;
};

}  // namespace firstkey::device
