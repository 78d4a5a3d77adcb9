#pragma once
// The scripted form of a prompt: a secret as the next line of an open descriptor (--passcode-fd 3).
// Never by argument or environment, which others can read.

#include <string>

#include "core/secret.h"
#include "enroll/app/failure.h"
#include "enroll/app/signal_watch.h"

namespace firstkey::enroll {

/// Reads up to the end of the line or of the input and not a byte further, so that one descriptor
/// can hold a passcode and a PIN, a line each. The line end is not part of it.
/// Errors: "invalid_argument", naming `flag`: not open for reading, a terminal, nothing there,
/// longer than kLongestLine; "cancelled".
[[nodiscard]] Attempt<core::Secret> read_secret_line(int fd,
                                                     const std::string& flag,
                                                     SignalWatch& signals);

}  // namespace firstkey::enroll
