#include "device/service_watch.h"

#include <filesystem>

#include <sys/inotify.h>

#include "device/frame_channel.h"

namespace firstkey::device {

namespace {

/// pcscd binds its socket, listens, and then sets the mode that lets everybody in.
constexpr std::uint32_t kComing = IN_CREATE | IN_MOVED_TO | IN_ATTRIB;

}  // namespace

ServiceWatch::ServiceWatch(const std::string& socket)
    : events_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!events_.is_open()) return;
  // The folder is made by whoever starts pcscd first.
  auto folder = std::filesystem::path(socket).parent_path();
  while (::inotify_add_watch(events_.get(), folder.c_str(), kComing) < 0 &&
         folder != folder.root_path()) {
    folder = folder.parent_path();
  }
}

void ServiceWatch::wait(std::chrono::milliseconds retry, const WakeEvent& stop) {
  (void)wait_readable(events_.get(), stop, retry);
}

}  // namespace firstkey::device
