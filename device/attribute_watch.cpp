#include "device/attribute_watch.h"

#include <array>
#include <climits>
#include <cstddef>
#include <cstring>
#include <span>

#include <sys/inotify.h>

namespace firstkey::device {

namespace {

/// Room for one event at least. Source: inotify(7).
constexpr std::size_t kEventRoom = sizeof(inotify_event) + NAME_MAX + 1;

/// `events` as the kernel wrote them: each a header and a name, padded with zero bytes.
bool names_any(std::span<const char> events, std::string_view prefix) {
  bool is_named = false;
  while (events.size() >= sizeof(inotify_event)) {
    inotify_event event{};
    std::memcpy(&event, events.data(), sizeof event);
    const std::string_view name(events.data() + sizeof event, event.len);
    if ((event.mask & IN_Q_OVERFLOW) != 0 || name.starts_with(prefix)) is_named = true;
    events = events.subspan(sizeof event + event.len);
  }
  return is_named;
}

}  // namespace

AttributeWatch::AttributeWatch(const std::string& folder)
    : inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (::inotify_add_watch(inotify_.get(), folder.c_str(), IN_ATTRIB) < 0) {
    inotify_ = FileDescriptor();
  }
}

bool AttributeWatch::has_changed(std::string_view prefix) {
  bool is_any = false;
  std::array<char, 8 * kEventRoom> events{};
  ssize_t size = 0;
  while ((size = ::read(inotify_.get(), events.data(), events.size())) > 0) {
    is_any |= names_any(std::span(events).first(static_cast<std::size_t>(size)), prefix);
  }
  return is_any;
}

}  // namespace firstkey::device
