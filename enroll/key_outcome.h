#pragma once
// The border between keys and the ceremony: what an error of a key means, by what the key was asked
// just then. One row a device::ErrorCode, one column a phase; CTAP's statuses get here through
// device::to_error_code. The same code means different things before a touch (nobody chose this
// key yet) and after it. Pure.

#include <optional>
#include <string_view>

#include "device/error.h"
#include "enroll/inputs.h"

namespace firstkey::enroll {

/// What the key was asked.
enum class Phase {
  kOpening,    ///< to open and to say what it is
  kSelecting,  ///< to blink among others
  kPin,        ///< to take a first or another PIN
  kTouch,      ///< to make a credential
  kProof,      ///< to sign
};

/// Which input the machine gets.
enum class Reaction {
  kRemoved,
  kUnusable,
  kFaltered,
  kFactsChanged,
  kTouchFailed,
  kPresenceUsedUp,
  kPinNeeded,
  kPinWrong,
  kPinUnfit,
  kPinBlocked,
  kCredentialMissing,
};

/// Whose it is, for tone and for statistics.
enum class Fault { kPerson, kKey, kStation };

struct Outcome {
  Reaction reaction = Reaction::kFaltered;
  Fault fault = Fault::kKey;
  KeyReason reason = KeyReason::kFailing;  ///< of kUnusable
  std::string_view message;                ///< stable key of the text: "pin_wrong"
  std::string_view next;                   ///< what to do, for the person
};

[[nodiscard]] Outcome outcome_of(device::ErrorCode code, Phase phase) noexcept;

/// The input for the machine. `attempts_left` is asked of the key after a wrong PIN.
[[nodiscard]] Input to_input(KeyId key,
                             const device::Error& error,
                             Phase phase,
                             std::optional<int> attempts_left);

}  // namespace firstkey::enroll
