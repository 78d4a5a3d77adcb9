#pragma once
// key blink: which of several keys is this.

#include "enroll/app/key_desk.h"

namespace firstkey::enroll {

/// Lets the keys of `desk.choice` blink until one is touched, and tells which.
/// Errors: "no_key"; "cannot_blink" where there are only cards; those of the keys when none can
/// go on; "cancelled".
[[nodiscard]] Attempt<void> blink_keys(const KeyDesk& desk);

}  // namespace firstkey::enroll
