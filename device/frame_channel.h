#pragma once
// A way for 64-byte HID reports to a key and back: a hidraw node, UDP, or a script in tests.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "device/error.h"
#include "device/wake_event.h"

namespace firstkey::device {

/// Source: CTAP 2.1 §11.2.4: packet size of full-speed HID.
inline constexpr std::size_t kHidFrameSize = 64;
using HidFrame = std::array<std::uint8_t, kHidFrameSize>;

class FrameChannel {
 public:
  virtual ~FrameChannel() = default;
  FrameChannel() = default;
  FrameChannel(const FrameChannel&) = delete;
  FrameChannel& operator=(const FrameChannel&) = delete;

  /// Waits for a frame; nothing when `timeout` is over or `wake` is signalled.
  /// Errors: kGone, kIo.
  [[nodiscard]] virtual Result<std::optional<HidFrame>> read(std::chrono::milliseconds timeout,
                                                             const WakeEvent& wake) = 0;
  /// Errors: kGone, kIo.
  [[nodiscard]] virtual Result<void> write(const HidFrame& frame) = 0;
};

using OpenChannel = std::function<Result<std::unique_ptr<FrameChannel>>()>;

/// Waits until `fd` can be read. False: `timeout` is over or `wake` is signalled.
/// Errors: kGone when the other end has hung up, kIo.
[[nodiscard]] Result<bool> wait_readable(int fd,
                                         const WakeEvent& wake,
                                         std::chrono::milliseconds timeout);

/// An error for `number` (an errno): kGone when it says that the device has left, kNoAccess, kBusy,
/// else kIo.
[[nodiscard]] Error system_error(int number, const std::string& doing);

}  // namespace firstkey::device
