#pragma once
// One hidraw device of udev, read as a key: whether it is FIDO at all, what it is called, where it
// hangs, who made it, and whether this account may open it.

#include <optional>

#include <libudev.h>

#include "device/key_discovery.h"
#include "device/key_origin.h"

namespace firstkey::device {

/// Nothing for a device that is no FIDO key, or has no node (any more). Opens the node for a
/// moment: no other way of asking is right for every kind of permission.
[[nodiscard]] std::optional<SeenKey> read_hid_node(udev_device& device);

/// What is known of the node at `path` as it stands now, whatever was seen there before.
[[nodiscard]] KeyOrigin read_origin(const KeyPath& path);

}  // namespace firstkey::device
