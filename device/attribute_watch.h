#pragma once
// Notices that the mode, the owner or the ACL of a file in one folder changes. A seat that becomes
// active gives its user a device's node without any event of udev.

#include <string>
#include <string_view>

#include "device/file_descriptor.h"

namespace firstkey::device {

class AttributeWatch {
 public:
  /// Of the folder, since a file without permission cannot be watched by itself. Where the system
  /// refuses (a limit of inotify), nothing is ever noticed.
  explicit AttributeWatch(const std::string& folder);

  /// For poll(), with POLLIN; negative, which poll() passes over, when nothing can be noticed.
  [[nodiscard]] int fd() const noexcept { return inotify_.get(); }
  /// Whether a file whose name begins with `prefix` has changed since this was asked last; also
  /// when more has happened than the system remembers.
  [[nodiscard]] bool has_changed(std::string_view prefix);

 private:
  FileDescriptor inotify_;
};

}  // namespace firstkey::device
