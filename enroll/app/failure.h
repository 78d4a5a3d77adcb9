#pragma once
// Why a command did not do what it was asked, whoever said so: core, a key, the person or the
// command line itself. What `--json` shows under "error" and what the exit status says.

#include <expected>
#include <string>

#include "core/error.h"
#include "device/error.h"
#include "enroll/app/exit_codes.h"
#include "enroll/party/error.h"

namespace firstkey::enroll {

struct Failure {
  std::string code;     ///< stable: "pass_expired", "cancelled"
  std::string message;  ///< for the person, with what to do
  ExitCode exit_code = ExitCode::kUsage;

  friend bool operator==(const Failure&, const Failure&) = default;
};

/// A value, or why there is none.
template <class Value>
using Attempt = std::expected<Value, Failure>;

[[nodiscard]] Failure to_failure(const core::Error& error);
/// For commands that ask a key something outside a ceremony.
[[nodiscard]] Failure to_failure(const device::Error& error);
/// For options and answers of relying parties elsewhere.
[[nodiscard]] Failure to_failure(const PartyError& error);
/// The person broke it off.
[[nodiscard]] Failure cancelled();
/// …and `state` says how that left things.
[[nodiscard]] Failure cancelled(const std::string& state);
/// The command line, or what was given with it, is wrong; `message` says what to do.
[[nodiscard]] std::unexpected<Failure> misuse(std::string message);

}  // namespace firstkey::enroll
