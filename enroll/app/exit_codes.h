#pragma once
// What a script can branch on: the exit status of every command.

#include "core/error.h"
#include "device/error.h"
#include "enroll/party/error.h"

namespace firstkey::enroll {

enum class ExitCode {
  kDone = 0,
  kUsage = 2,
  kRefused = 3,
  kWindowOver = 4,
  kNoKey = 5,
  kKeyLocked = 6,
  kStore = 7,
  kUnreachable = 8,
  kCancelled = 130,  ///< as a shell reports SIGINT
};

/// In process a store that cannot be had is the store's fault (7); 8 is for a verifier elsewhere.
[[nodiscard]] ExitCode exit_code_of(core::ErrorCode code) noexcept;
/// A key that was asked outside a ceremony: a locked one is 6, a wrong PIN 3, everything else 5.
[[nodiscard]] ExitCode exit_code_of(device::ErrorCode code) noexcept;
[[nodiscard]] ExitCode exit_code_of(PartyErrorCode code) noexcept;

}  // namespace firstkey::enroll
