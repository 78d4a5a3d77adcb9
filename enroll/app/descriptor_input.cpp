#include "enroll/app/descriptor_input.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "enroll/app/line_editor.h"

namespace firstkey::enroll {

namespace {

Attempt<void> examine(int fd, const std::string& flag) {
  const int mode = ::fcntl(fd, F_GETFL);
  // What this program opened itself closes on exec, and what it was given does not.
  const bool is_own = (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
  if (mode < 0 || is_own || (mode & O_ACCMODE) == O_WRONLY) {
    return misuse(fmt::format("{} {}: no descriptor that is open for reading", flag, fd));
  }
  if (::isatty(fd) == 1) {
    return misuse(
        fmt::format("{} {} is a terminal, which would show what is typed; leave {} out to be asked",
                    flag,
                    fd,
                    flag));
  }
  return {};
}

/// Blocks until there is something to read, or the person has enough.
Attempt<void> wait_for(int fd, SignalWatch& signals) {
  std::array<pollfd, 2> waited{pollfd{.fd = fd, .events = POLLIN, .revents = 0},
                               pollfd{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
  while (waited[0].revents == 0) {
    (void)::poll(waited.data(), waited.size(), -1);
    while (const auto wish = signals.take()) {
      if (*wish == SignalWatch::Wish::kEnd) return std::unexpected(cancelled());
      SignalWatch::suspend();
    }
  }
  return {};
}

}  // namespace

Attempt<core::Secret> read_secret_line(int fd, const std::string& flag, SignalWatch& signals) {
  if (const auto examined = examine(fd, flag); !examined) {
    return std::unexpected(examined.error());
  }
  auto line = core::Secret::of_size(kLongestLine + 1);
  const auto bytes = line.expose_mutable();  // read into wiped memory, with no buffer between
  std::size_t size = 0;
  while (size < bytes.size()) {
    if (const auto ready = wait_for(fd, signals); !ready) return std::unexpected(ready.error());
    const auto got = ::read(fd, &bytes[size], 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return misuse(fmt::format("{} {}: it cannot be read", flag, fd));
    if (got == 0 || bytes[size] == '\n') break;
    ++size;
  }
  if (size > kLongestLine) return misuse(fmt::format("{} {}: the line is too long", flag, fd));
  if (size > 0 && bytes[size - 1] == '\r') --size;
  if (size == 0) return misuse(fmt::format("{} {}: there is no line in it", flag, fd));
  return core::Secret(bytes.first(size));
}

}  // namespace firstkey::enroll
