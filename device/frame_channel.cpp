#include "device/frame_channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>

#include <poll.h>

namespace firstkey::device {

namespace {

ErrorCode to_error_code_of_errno(int number) noexcept {
  switch (number) {
    case ENODEV:
    case ENXIO:
    case EIO:  // what a read of a hidraw node says when the key was pulled
    case EPIPE:
    case ECONNREFUSED:  // no simulator listens any more
    case ENOENT:
      return ErrorCode::kGone;
    case EACCES:
    case EPERM:
      return ErrorCode::kNoAccess;
    case EBUSY:
    case EADDRINUSE:
      return ErrorCode::kBusy;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

Error system_error(int number, const std::string& doing) {
  return {.code = to_error_code_of_errno(number),
          .detail = doing + ": " + std::generic_category().message(number)};
}

Result<bool> wait_readable(int fd, const WakeEvent& wake, std::chrono::milliseconds timeout) {
  std::array<pollfd, 2> waits{{{.fd = fd, .events = POLLIN}, {.fd = wake.fd(), .events = POLLIN}}};
  const auto milliseconds = static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
      timeout.count(), 0, std::numeric_limits<int>::max()));
  if (::poll(waits.data(), waits.size(), milliseconds) < 0) {
    if (errno == EINTR) return false;
    return std::unexpected(system_error(errno, "poll"));
  }
  // What had arrived before the hang-up is still worth reading.
  if ((waits[0].revents & POLLIN) != 0) return true;
  if ((waits[0].revents & (POLLHUP | POLLNVAL)) != 0) {
    return std::unexpected(Error{.code = ErrorCode::kGone, .detail = "hung up"});
  }
  return (waits[0].revents & POLLERR) != 0;  // the read that follows tells which error
}

}  // namespace firstkey::device
