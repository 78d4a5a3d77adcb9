#include "enroll/key_reasons.h"

namespace firstkey::enroll {

std::string_view name_of(KeyReason reason) noexcept {
  switch (reason) {
    case KeyReason::kU2fOnly:
      return "u2f_only";
    case KeyReason::kNoResidentKeys:
      return "no_resident_keys";
    case KeyReason::kNoUserVerification:
      return "no_user_verification";
    case KeyReason::kNoAlgorithm:
      return "no_algorithm";
    case KeyReason::kNoCredentialProtection:
      return "no_credential_protection";
    case KeyReason::kSimulated:
      return "simulated";
    case KeyReason::kFull:
      return "full";
    case KeyReason::kAlreadyRegistered:
      return "already_registered";
    case KeyReason::kNoAccess:
      return "no_access";
    case KeyReason::kInUse:
      return "in_use";
    case KeyReason::kNoApplet:
      return "no_applet";
    case KeyReason::kNoReaderService:
      return "no_reader_service";
    case KeyReason::kUnsupported:
      return "unsupported";
    case KeyReason::kDenied:
      return "denied";
    case KeyReason::kNotAccepted:
      return "not_accepted";
    case KeyReason::kPinDeclined:
      return "pin_declined";
    case KeyReason::kFailing:
      return "failing";
  }
  return "unknown";  // a value outside the enumeration
}

std::string_view name_of(PinLock lock) noexcept {
  switch (lock) {
    case PinLock::kUntilReinserted:
      return "until_reinserted";
    case PinLock::kForGood:
      return "for_good";
  }
  return "unknown";  // a value outside the enumeration
}

std::string_view name_of(PinCause cause) noexcept {
  switch (cause) {
    case PinCause::kFirst:
      return "first";
    case PinCause::kForced:
      return "forced";
  }
  return "unknown";  // a value outside the enumeration
}

std::string_view name_of(PinFlaw flaw) noexcept {
  switch (flaw) {
    case PinFlaw::kTooShort:
      return "too_short";
    case PinFlaw::kNotAllowed:
      return "not_allowed";
  }
  return "unknown";  // a value outside the enumeration
}

std::string_view name_of(TouchMishap mishap) noexcept {
  switch (mishap) {
    case TouchMishap::kTimedOut:
      return "timed_out";
    case TouchMishap::kNotRecognised:
      return "not_recognised";
  }
  return "unknown";  // a value outside the enumeration
}

std::string_view name_of(ProofFailure failure) noexcept {
  switch (failure) {
    case ProofFailure::kRefused:
      return "refused";
    case ProofFailure::kKeyFailing:
      return "key_failing";
    case ProofFailure::kLocked:
      return "locked";
    case ProofFailure::kGivenUp:
      return "given_up";
    case ProofFailure::kTooLate:
      return "too_late";
  }
  return "unknown";  // a value outside the enumeration
}

std::string_view name_of(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::kSelection:
      return "selection";
    case Purpose::kRegistration:
      return "registration";
    case Purpose::kPinChange:
      return "pin_change";
    case Purpose::kProof:
      return "proof";
  }
  return "unknown";  // a value outside the enumeration
}

std::string_view advice(KeyReason reason) noexcept {
  switch (reason) {
    case KeyReason::kU2fOnly:
      return "This key is too old: it speaks U2F only. Use a FIDO2 key.";
    case KeyReason::kNoResidentKeys:
      return "This key cannot keep a passkey on itself. Use one that stores discoverable "
             "credentials.";
    case KeyReason::kNoUserVerification:
      return "This key has neither a PIN nor a fingerprint reader. Use one that has.";
    case KeyReason::kNoAlgorithm:
      return "This key signs with none of the algorithms that are accepted. Use another model.";
    case KeyReason::kNoCredentialProtection:
      return "This key cannot protect a credential with its PIN. Use another model.";
    case KeyReason::kSimulated:
      return "This is a software key, and those are for rehearsals only. Use a real one.";
    case KeyReason::kFull:
      return "This key is full. Remove a passkey that is not needed any more, or use another key.";
    case KeyReason::kAlreadyRegistered:
      return "This key is registered for this account already. Use another one.";
    case KeyReason::kNoAccess:
      return "This account may not open the key. Ask the desk: the rule in udev/ is not in force.";
    case KeyReason::kInUse:
      return "Another program is using the key. Close it, then insert the key again.";
    case KeyReason::kNoApplet:
      return "There is no FIDO on this card. Use another one.";
    case KeyReason::kNoReaderService:
      return "The reader service does not run. Ask the desk.";
    case KeyReason::kUnsupported:
      return "This key cannot do what is asked of it. Use another model.";
    case KeyReason::kDenied:
      return "The key was told to refuse. Insert it again to try once more.";
    case KeyReason::kNotAccepted:
      return "This key is not accepted here. Use one that your organisation hands out.";
    case KeyReason::kPinDeclined:
      return "No PIN was given for this key. Insert it again, or use another one.";
    case KeyReason::kFailing:
      return "This key does not answer as it should. Insert it again, or use another one.";
  }
  return "Use another key.";  // a value outside the enumeration
}

}  // namespace firstkey::enroll
