#include "device/hidraw_channel.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace firstkey::device {

Result<std::unique_ptr<FrameChannel>> HidrawChannel::open(const std::string& node) {
  FileDescriptor fd(::open(node.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!fd.is_open()) return std::unexpected(system_error(errno, "open " + node));
  return std::make_unique<HidrawChannel>(std::move(fd));
}

Result<std::optional<HidFrame>> HidrawChannel::read(std::chrono::milliseconds timeout,
                                                    const WakeEvent& wake) {
  const auto is_readable = wait_readable(node_.get(), wake, timeout);
  if (!is_readable) return std::unexpected(is_readable.error());
  if (!is_readable.value()) return std::nullopt;
  HidFrame frame{};
  const auto got = ::read(node_.get(), frame.data(), frame.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got < 0) return std::unexpected(system_error(errno, "read"));
  if (got == 0) return std::unexpected(Error{.code = ErrorCode::kGone, .detail = "end of reports"});
  // A shorter report is no FIDO report; dropping it is what a wire with noise deserves.
  if (static_cast<std::size_t>(got) != frame.size()) return std::nullopt;
  return frame;
}

Result<void> HidrawChannel::write(const HidFrame& frame) {
  // hidraw takes a report number first; FIDO's reports have none, which is number 0.
  std::array<std::uint8_t, kHidFrameSize + 1> report{};
  std::ranges::copy(frame, report.begin() + 1);
  const auto sent = ::write(node_.get(), report.data(), report.size());
  if (sent < 0) return std::unexpected(system_error(errno, "write"));
  return {};
}

}  // namespace firstkey::device
