#pragma once
// Whether a HID interface is a FIDO one. Its report descriptor comes from the device, so it may be
// anything: it is walked through without trust in any length of its.
// Source: CTAP 2.1 §11.2.8.1 (report descriptor), HID 1.11 §6.2.2 (items).

#include "device/types.h"

namespace firstkey::device {

/// The kernel hands out no longer report descriptor, in bytes.
/// Source: Linux include/uapi/linux/hid.h, HID_MAX_DESCRIPTOR_SIZE.
inline constexpr std::size_t kMaxReportDescriptor = 4096;

/// True when it declares usage 0x01 (CTAPHID) of usage page 0xF1D0 (FIDO Alliance).
[[nodiscard]] bool declares_fido(BytesView descriptor);

}  // namespace firstkey::device
