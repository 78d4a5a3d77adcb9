#pragma once
// What PC/SC's return values mean to us: one table. Source: pcsclite.h of pcsc-lite 1.9.9, and what
// its client was seen to say when cards, readers and the daemon left.

#include <chrono>
#include <string_view>

#include <winscard.h>

#include "device/error.h"

namespace firstkey::device {

/// kInternal for what is in no list. SCARD_S_SUCCESS has no error and must not be asked.
[[nodiscard]] ErrorCode to_pcsc_error_code(LONG result) noexcept;

/// The error for `result`, its detail naming it and `doing`, what was being done.
[[nodiscard]] Error to_pcsc_error(LONG result, std::string_view doing);

/// How long after the first attempt to connect another one may still succeed; zero: none will. A
/// card that just came needs a moment to be ready, at the edge of the field it seems to leave for
/// shorter, and programs that look at every card have it for themselves meanwhile.
[[nodiscard]] std::chrono::milliseconds patience_for(LONG result) noexcept;

}  // namespace firstkey::device
