#pragma once
// key list and key info: what is plugged in, and what it says of itself.

#include <chrono>

#include "enroll/app/key_access.h"
#include "enroll/app/output.h"

namespace firstkey::enroll {

/// Errors: "no_key", with what stands in the way of seeing one.
[[nodiscard]] Attempt<void> list_keys(device::KeyDiscovery& discovery,
                                      std::chrono::milliseconds patience,
                                      const Output& output);

/// Opens the one key of `choice` and reads what it says; uses up no PIN attempt and no presence.
/// Errors: those of the_key() and of the key.
[[nodiscard]] Attempt<void> describe_key(device::KeyDiscovery& discovery,
                                         const KeyChoice& choice,
                                         std::chrono::milliseconds patience,
                                         const Output& output);

}  // namespace firstkey::enroll
