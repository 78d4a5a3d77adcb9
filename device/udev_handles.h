#pragma once
// Owners of libudev's objects.

#include <memory>

#include <libudev.h>

namespace firstkey::device {

struct UdevDeleter {
  void operator()(udev* context) const noexcept { udev_unref(context); }
  void operator()(udev_monitor* monitor) const noexcept { udev_monitor_unref(monitor); }
  void operator()(udev_enumerate* list) const noexcept { udev_enumerate_unref(list); }
  void operator()(udev_device* device) const noexcept { udev_device_unref(device); }
};

using Udev = std::unique_ptr<udev, UdevDeleter>;
using UdevMonitor = std::unique_ptr<udev_monitor, UdevDeleter>;
using UdevEnumerate = std::unique_ptr<udev_enumerate, UdevDeleter>;
using UdevDevice = std::unique_ptr<udev_device, UdevDeleter>;

}  // namespace firstkey::device
