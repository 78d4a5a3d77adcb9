#include "enroll/key_outcome.h"

#include <algorithm>
#include <array>

namespace firstkey::enroll {

namespace {

using enum Reaction;
using device::ErrorCode;

struct Row {
  ErrorCode code;
  std::array<Reaction, 5> reactions;  ///< in the order of Phase
  Fault fault;
  KeyReason reason;
  std::string_view message;
  std::string_view next;
};

// clang-format off
// Columns: opening, selecting, PIN, touch, proof.
constexpr std::array kTable = {
  Row{ErrorCode::kGone, {kRemoved, kRemoved, kRemoved, kRemoved, kRemoved},
      Fault::kPerson, KeyReason::kFailing, "key_gone", "Insert the key again, or hold the card to the reader."},
  Row{ErrorCode::kUnknownPath, {kRemoved, kRemoved, kRemoved, kRemoved, kRemoved},
      Fault::kPerson, KeyReason::kFailing, "key_gone", "Insert the key again, or hold the card to the reader."},
  Row{ErrorCode::kNoAccess, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kStation, KeyReason::kNoAccess, "no_access", "Ask the desk: this account may not open the key."},
  Row{ErrorCode::kBusy, {kFaltered, kFaltered, kFaltered, kFaltered, kFaltered},
      Fault::kStation, KeyReason::kInUse, "key_in_use", "Close other programs that use the key."},
  Row{ErrorCode::kNoApplet, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kPerson, KeyReason::kNoApplet, "no_applet", "Use a card with FIDO on it."},
  Row{ErrorCode::kNoReaderService, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kStation, KeyReason::kNoReaderService, "no_reader_service", "Ask the desk: the reader service does not run."},
  Row{ErrorCode::kIo, {kFaltered, kFaltered, kFaltered, kFaltered, kFaltered},
      Fault::kKey, KeyReason::kFailing, "key_failing", "Leave the key where it is."},
  Row{ErrorCode::kGarbage, {kFaltered, kFaltered, kFaltered, kFaltered, kFaltered},
      Fault::kKey, KeyReason::kFailing, "key_failing", "Leave the key where it is."},
  Row{ErrorCode::kTooLarge, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kKey, KeyReason::kUnsupported, "unsupported", "Use another model."},
  Row{ErrorCode::kTimeout, {kFaltered, kTouchFailed, kFaltered, kTouchFailed, kTouchFailed},
      Fault::kPerson, KeyReason::kFailing, "touch_missed", "Touch the key when it blinks."},
  Row{ErrorCode::kCancelled, {kFaltered, kFaltered, kFaltered, kFaltered, kFaltered},
      Fault::kKey, KeyReason::kFailing, "key_failing", "Leave the key where it is."},
  Row{ErrorCode::kU2fOnly, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kKey, KeyReason::kU2fOnly, "u2f_only", "Use a FIDO2 key."},
  Row{ErrorCode::kUnsupportedAlgorithm, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kKey, KeyReason::kNoAlgorithm, "no_algorithm", "Use another model."},
  Row{ErrorCode::kUnsupportedOption, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kKey, KeyReason::kUnsupported, "unsupported", "Use another model."},
  Row{ErrorCode::kUnsupportedExtension, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kKey, KeyReason::kUnsupported, "unsupported", "Use another model."},
  Row{ErrorCode::kUnsupportedCommand, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kKey, KeyReason::kUnsupported, "unsupported", "Use another model."},
  Row{ErrorCode::kTouchTimeout, {kFaltered, kTouchFailed, kFaltered, kTouchFailed, kTouchFailed},
      Fault::kPerson, KeyReason::kFailing, "touch_missed", "Touch the key when it blinks."},
  Row{ErrorCode::kTouchNeeded, {kFaltered, kTouchFailed, kFaltered, kPresenceUsedUp, kPresenceUsedUp},
      Fault::kPerson, KeyReason::kFailing, "present_again", "Lift the card and hold it again, or insert the key again."},
  Row{ErrorCode::kDenied, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kPerson, KeyReason::kDenied, "denied", "Insert the key again to try once more."},
  Row{ErrorCode::kNotAllowed, {kFaltered, kFaltered, kFaltered, kPresenceUsedUp, kPresenceUsedUp},
      Fault::kPerson, KeyReason::kFailing, "present_again", "Lift the card and hold it again, or insert the key again."},
  Row{ErrorCode::kPinTooShort, {kFaltered, kFaltered, kPinUnfit, kFactsChanged, kPinNeeded},
      Fault::kPerson, KeyReason::kFailing, "pin_too_short", "Enter a longer PIN."},
  Row{ErrorCode::kPinTooLong, {kFaltered, kFaltered, kPinUnfit, kFactsChanged, kPinNeeded},
      Fault::kPerson, KeyReason::kFailing, "pin_not_allowed", "Enter a shorter PIN."},
  Row{ErrorCode::kPinNotText, {kFaltered, kFaltered, kPinUnfit, kFactsChanged, kPinNeeded},
      Fault::kPerson, KeyReason::kFailing, "pin_not_allowed", "Enter another PIN."},
  Row{ErrorCode::kPinRequired, {kFaltered, kFaltered, kFactsChanged, kPinNeeded, kPinNeeded},
      Fault::kPerson, KeyReason::kFailing, "pin_needed", "Enter the key's PIN."},
  Row{ErrorCode::kPinNotSet, {kFaltered, kFaltered, kFactsChanged, kFactsChanged, kFactsChanged},
      Fault::kKey, KeyReason::kFailing, "facts_changed", "Leave the key where it is."},
  Row{ErrorCode::kPinAlreadySet, {kFaltered, kFaltered, kFactsChanged, kFactsChanged, kFactsChanged},
      Fault::kKey, KeyReason::kFailing, "facts_changed", "Leave the key where it is."},
  Row{ErrorCode::kPinInvalid, {kFaltered, kFaltered, kPinWrong, kPinWrong, kPinWrong},
      Fault::kPerson, KeyReason::kFailing, "pin_wrong", "Enter the key's PIN again."},
  Row{ErrorCode::kPinAuthInvalid, {kFaltered, kFaltered, kFaltered, kFaltered, kFaltered},
      Fault::kKey, KeyReason::kFailing, "key_failing", "Leave the key where it is."},
  Row{ErrorCode::kPinAuthBlocked, {kFaltered, kFaltered, kPinBlocked, kPinBlocked, kPinBlocked},
      Fault::kPerson, KeyReason::kFailing, "pin_locked", "Take the key out and insert it again."},
  Row{ErrorCode::kPinBlocked, {kFaltered, kFaltered, kPinBlocked, kPinBlocked, kPinBlocked},
      Fault::kPerson, KeyReason::kFailing, "pin_blocked", "Use another key: only a reset opens this one, and it erases it."},
  Row{ErrorCode::kPinPolicy, {kFaltered, kFaltered, kPinUnfit, kFactsChanged, kFactsChanged},
      Fault::kPerson, KeyReason::kFailing, "pin_not_allowed", "Choose another PIN."},
  Row{ErrorCode::kUvInvalid, {kFaltered, kFaltered, kFaltered, kTouchFailed, kTouchFailed},
      Fault::kPerson, KeyReason::kFailing, "not_recognised", "Touch the reader of the key again, with the finger it knows."},
  Row{ErrorCode::kUvBlocked, {kFaltered, kFaltered, kFactsChanged, kPinNeeded, kPinNeeded},
      Fault::kPerson, KeyReason::kFailing, "pin_needed", "Enter the key's PIN."},
  Row{ErrorCode::kCredentialExcluded, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kPerson, KeyReason::kAlreadyRegistered, "already_registered", "Use another key: this one is registered for this account."},
  Row{ErrorCode::kNoCredentials, {kUnusable, kUnusable, kUnusable, kUnusable, kCredentialMissing},
      Fault::kPerson, KeyReason::kUnsupported, "other_key", "Use the key that was just registered."},
  Row{ErrorCode::kStoreFull, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kKey, KeyReason::kFull, "key_full", "Remove a passkey that is not needed any more, or use another key."},
  Row{ErrorCode::kBadRequest, {kUnusable, kUnusable, kUnusable, kUnusable, kUnusable},
      Fault::kStation, KeyReason::kUnsupported, "unsupported", "Use another model."},
  Row{ErrorCode::kInternal, {kFaltered, kFaltered, kFaltered, kFaltered, kFaltered},
      Fault::kKey, KeyReason::kFailing, "key_failing", "Leave the key where it is."},
};
// clang-format on

// A code outside the enumeration: a key that fails.
constexpr Row kUnlisted{ErrorCode::kInternal,
                        {kFaltered, kFaltered, kFaltered, kFaltered, kFaltered},
                        Fault::kKey,
                        KeyReason::kFailing,
                        "key_failing",
                        "Insert the key again, or use another one."};

TouchMishap mishap_of(ErrorCode code) {
  return code == ErrorCode::kUvInvalid ? TouchMishap::kNotRecognised : TouchMishap::kTimedOut;
}

PinFlaw flaw_of(ErrorCode code) {
  return code == ErrorCode::kPinTooShort ? PinFlaw::kTooShort : PinFlaw::kNotAllowed;
}

PinLock lock_of(ErrorCode code) {
  return code == ErrorCode::kPinBlocked ? PinLock::kForGood : PinLock::kUntilReinserted;
}

}  // namespace

Outcome outcome_of(ErrorCode code, Phase phase) noexcept {
  const auto* const found = std::ranges::find(kTable, code, &Row::code);
  const Row& row = found == kTable.end() ? kUnlisted : *found;
  return {.reaction = row.reactions.at(static_cast<std::size_t>(phase)),
          .fault = row.fault,
          .reason = row.reason,
          .message = row.message,
          .next = row.next};
}

Input to_input(KeyId key,
               const device::Error& error,
               Phase phase,
               std::optional<int> attempts_left) {
  const Outcome outcome = outcome_of(error.code, phase);
  switch (outcome.reaction) {
    case kRemoved:
      return KeyRemoved{key};
    case kUnusable:
      return KeyUnusable{.key = key, .reason = outcome.reason};
    case kFaltered:
      return KeyFaltered{.key = key, .reason = outcome.reason};
    case kFactsChanged:
      return FactsChanged{key};
    case kTouchFailed:
      return TouchFailed{.key = key, .mishap = mishap_of(error.code)};
    case kPresenceUsedUp:
      return PresenceUsedUp{key};
    case kPinNeeded:
      return PinNeeded{key};
    case kPinWrong:
      return PinWrong{.key = key, .attempts_left = attempts_left};
    case kPinUnfit:
      return PinUnfit{.key = key, .flaw = flaw_of(error.code)};
    case kPinBlocked:
      return PinBlocked{.key = key, .lock = lock_of(error.code)};
    case kCredentialMissing:
      return CredentialMissing{key};
  }
  return KeyFaltered{.key = key};  // a value outside the enumeration
}

}  // namespace firstkey::enroll
