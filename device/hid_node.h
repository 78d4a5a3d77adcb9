#pragma once
// One hidraw device of udev, read as a key: whether it is FIDO at all, what it is called, where it
// hangs, and whether this account may open it.

#include <optional>

#include <libudev.h>

#include "device/key_discovery.h"

namespace firstkey::device {

/// Nothing for a device that is no FIDO key, or has no node (any more). Opens the node for a
/// moment: no other way of asking is right for every kind of permission.
[[nodiscard]] std::optional<SeenKey> read_hid_node(udev_device& device);

/// Whether a program made the node at `path`, as it stands now and whatever was seen there before.
[[nodiscard]] bool is_simulated_node(const KeyPath& path);

}  // namespace firstkey::device
