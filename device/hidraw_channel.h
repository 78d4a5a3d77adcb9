#pragma once
// HID reports through a Linux hidraw node.

#include <memory>
#include <string>

#include "device/file_descriptor.h"
#include "device/frame_channel.h"

namespace firstkey::device {

class HidrawChannel final : public FrameChannel {
 public:
  /// Errors: kGone (no such node), kNoAccess, kIo.
  [[nodiscard]] static Result<std::unique_ptr<FrameChannel>> open(const std::string& node);

  explicit HidrawChannel(FileDescriptor node) noexcept : node_(std::move(node)) {}

  [[nodiscard]] Result<std::optional<HidFrame>> read(std::chrono::milliseconds timeout,
                                                     const WakeEvent& wake) override;
  [[nodiscard]] Result<void> write(const HidFrame& frame) override;

 private:
  FileDescriptor node_;
};

}  // namespace firstkey::device
