#include "device/hid_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include <poll.h>

#include "device/fido2_authenticator.h"
#include "device/hid_link.h"
#include "device/hid_node.h"
#include "device/hidraw_channel.h"

namespace firstkey::device {

namespace {

constexpr const char* kSubsystem = "hidraw";  // and how the names of its nodes begin
constexpr const char* kNodeFolder = "/dev";
/// The events that udevd passes on once a node has its permissions; the kernel's own come earlier.
constexpr const char* kAfterRules = "udev";
/// There once udevd has started. Source: systemd 252, the check libudev's monitor makes itself.
constexpr const char* kUdevdSocket = "/run/udev/control";

}  // namespace

HidSource::HidSource() : udev_(udev_new()), permissions_(kNodeFolder) {}

void HidSource::start(KeySink& sink) {
  if (!udev_) {
    add_obstacle("udev cannot be asked for USB keys", "start this program again");
    return;
  }
  const bool is_monitored = start_monitor();  // first, so that nothing falls between the two
  scan(sink);
  if (!is_monitored) return;
  watcher_ = std::jthread([this, &sink](const std::stop_token& stop) { watch(sink, stop); });
}

void HidSource::stop() {
  if (!watcher_.joinable()) return;
  watcher_.request_stop();
  stopping_.signal();
  watcher_.join();
}

bool HidSource::owns(const KeyPath& path) const {
  return path.transport == Transport::kUsb;
}

Result<std::unique_ptr<Authenticator>> HidSource::open(const KeyPath& path,
                                                       const CallLimits& limits) {
  return Fido2Authenticator::open(
      std::make_unique<HidLink>([node = path.text] { return HidrawChannel::open(node); }),
      read_origin(path),
      limits);
}

std::vector<Obstacle> HidSource::obstacles() {
  const std::lock_guard lock(mutex_);
  return obstacles_;
}

bool HidSource::start_monitor() {
  std::error_code unreadable;
  if (!std::filesystem::exists(kUdevdSocket, unreadable)) {
    add_obstacle("udev is not running: USB keys plugged in from now on are not noticed",
                 "start systemd-udevd, or plug the key in first and start this program again");
    return false;
  }
  monitor_.reset(udev_monitor_new_from_netlink(udev_.get(), kAfterRules));
  if (monitor_ &&
      udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), kSubsystem, nullptr) >= 0 &&
      udev_monitor_enable_receiving(monitor_.get()) >= 0) {
    return true;
  }
  add_obstacle("udev's events cannot be heard: USB keys plugged in from now on are not noticed",
               "plug the key in first and start this program again");
  return false;
}

void HidSource::watch(KeySink& sink, const std::stop_token& stop) {
  std::array<pollfd, 3> waits{{{.fd = udev_monitor_get_fd(monitor_.get()), .events = POLLIN},
                               {.fd = permissions_.fd(), .events = POLLIN},
                               {.fd = stopping_.fd(), .events = POLLIN}}};
  while (true) {
    constexpr int kForEver = -1;  // stop() signals
    if (::poll(waits.data(), waits.size(), kForEver) < 0 && errno != EINTR) {
      add_obstacle("udev's events cannot be heard any more", "start this program again");
      return;
    }
    if (stop.stop_requested()) return;
    if (waits[0].revents != 0) take_event(sink);
    if (waits[1].revents != 0 && permissions_.has_changed(kSubsystem)) look_again(sink);
  }
}

void HidSource::take_event(KeySink& sink) {
  const UdevDevice device(udev_monitor_receive_device(monitor_.get()));
  if (!device) {
    // More came than the socket holds, and the rest is lost.
    if (errno == ENOBUFS) scan(sink);
    return;
  }
  const char* const action = udev_device_get_action(device.get());
  const char* const node = udev_device_get_devnode(device.get());
  if (action == nullptr || node == nullptr) return;
  if (std::string_view(action) == "remove") {
    drop(sink, {.transport = Transport::kUsb, .text = node});
  } else {
    look(sink, *device);
  }
}

void HidSource::scan(KeySink& sink) {
  const UdevEnumerate list(udev_enumerate_new(udev_.get()));
  if (!list || udev_enumerate_add_match_subsystem(list.get(), kSubsystem) < 0 ||
      udev_enumerate_scan_devices(list.get()) < 0) {
    add_obstacle("udev cannot list the HID devices", "start this program again");
    return;
  }
  std::vector<KeyPath> found;
  udev_list_entry* entry = nullptr;
  udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(list.get())) {
    const UdevDevice device(
        udev_device_new_from_syspath(udev_.get(), udev_list_entry_get_name(entry)));
    if (!device) continue;  // it left between the listing and now
    const char* const node = udev_device_get_devnode(device.get());
    if (node == nullptr) continue;
    found.push_back({.transport = Transport::kUsb, .text = node});
    look(sink, *device);
  }
  for (const auto& key : std::vector(reported_)) {
    if (std::ranges::find(found, key.path) == found.end()) drop(sink, key.path);
  }
}

void HidSource::look_again(KeySink& sink) {
  for (const auto& key : std::vector(reported_)) {
    const auto name = std::filesystem::path(key.path.text).filename();
    const UdevDevice device(
        udev_device_new_from_subsystem_sysname(udev_.get(), kSubsystem, name.c_str()));
    device ? look(sink, *device) : drop(sink, key.path);
  }
}

void HidSource::look(KeySink& sink, udev_device& device) {
  auto key = read_hid_node(device);
  if (!key) return;
  const auto known = std::ranges::find(reported_, key->path, &SeenKey::path);
  if (known != reported_.end() && known->usb == key->usb) {
    if (*known == *key) return;
    *known = *key;
    sink.changed(std::move(*key));
    return;
  }
  drop(sink, key->path);  // another key has taken the path, and the event in between was lost
  reported_.push_back(*key);
  sink.arrived(std::move(*key));
}

void HidSource::drop(KeySink& sink, const KeyPath& path) {
  if (std::erase_if(reported_, [&](const SeenKey& key) { return key.path == path; }) == 0) return;
  sink.removed(path);
}

void HidSource::add_obstacle(const char* reason, const char* remedy) {
  const std::lock_guard lock(mutex_);
  obstacles_.push_back({.code = ErrorCode::kIo, .reason = reason, .remedy = remedy});
}

}  // namespace firstkey::device
