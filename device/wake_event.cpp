#include "device/wake_event.h"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>

namespace firstkey::device {

WakeEvent::WakeEvent() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_.is_open()) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void WakeEvent::signal() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is signalled already.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof(one));
}

void WakeEvent::clear() noexcept {
  std::uint64_t count = 0;
  // Fails only when nothing was signalled.
  [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof(count));
}

bool WakeEvent::is_signalled() const noexcept {
  pollfd event{.fd = event_.get(), .events = POLLIN};
  return ::poll(&event, 1, 0) == 1;
}

}  // namespace firstkey::device
