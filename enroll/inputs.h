#pragma once
// What can happen to a ceremony, whatever it comes from: a key, a person, the verifier, time.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/bytes.h"
#include "core/verifier.h"
#include "enroll/key_reasons.h"
#include "enroll/key_suitability.h"
#include "enroll/states.h"

namespace firstkey::enroll {

// From discovery. The context's candidates are up to date already.
struct KeyArrived {
  PresentKey key;
};
struct KeyRemoved {
  KeyId key{};
};
struct KeySeenObstructed {
  std::string reason;
  std::string remedy;
};

/// A card was on its reader before the session was opened: whoever left it there may be gone.
struct CardLeftLying {};

// From a key, in answer to a command.
struct KeyOpened {
  KeyId key{};
  KeyProfile profile;
};
struct KeySelected {
  KeyId key{};
};
struct TouchNeeded {
  KeyId key{};
};
struct PinSet {
  KeyId key{};
};
struct CredentialMade {
  KeyId key{};
  core::Bytes credential_id;
};
struct AssertionMade {
  KeyId key{};
};

// From a key, when something went wrong: key_outcome.h says which follows from what.
struct KeyUnusable {  ///< it will not do better when asked again
  KeyId key{};
  KeyReason reason = KeyReason::kFailing;
};
struct KeyFaltered {  ///< it may
  KeyId key{};
  KeyReason reason = KeyReason::kFailing;  ///< told when it is not forgiven any more
};
struct FactsChanged {  ///< it is not what it said when it was opened
  KeyId key{};
};
struct TouchFailed {
  KeyId key{};
  TouchMishap mishap = TouchMishap::kTimedOut;
};
struct PresenceUsedUp {
  KeyId key{};
};
struct PinNeeded {
  KeyId key{};
};
struct PinWrong {
  KeyId key{};
  std::optional<int> attempts_left;
};
struct PinUnfit {
  KeyId key{};
  PinFlaw flaw = PinFlaw::kNotAllowed;
};
struct PinBlocked {
  KeyId key{};
  PinLock lock = PinLock::kUntilReinserted;
};
struct CredentialMissing {  ///< the key does not hold what it was to prove
  KeyId key{};
};
struct KeyUnresponsive {  ///< it ignored being stopped
  KeyId key{};
};

// From a key, about credentials that nobody waits for.
struct CredentialStrayed {  ///< made although the work was given up
  KeyId key{};
  core::Bytes credential_id;
};
struct OrphanRemoved {  ///< it is on the key no more
  core::Bytes credential_id;
};

// From the verifier.
struct OptionsReady {};
struct Stored {
  core::RegistrationReceipt receipt;
};
struct ProofVerified {};
struct Withdrawn {};
struct VerifierRefused {
  core::Error error;
};
struct VerifierRetrying {};  ///< no answer, or one that leaves the outcome open: asked again
struct VerifierLost {        ///< no answer until the end
  core::Error error;
};

// From the person.
struct PinEntered {
  KeyId key{};
  std::size_t code_points = 0;
};
struct PinDeclined {
  KeyId key{};
};
struct AddAnother {};
struct Finish {};
struct Cancel {};
struct GiveUpProof {};

// From time.
struct WindowOver {};
struct ProofTimeOver {};  ///< kProofGrace past the window
struct PinKeptLongEnough {};

using Input = std::variant<KeyArrived,
                           KeyRemoved,
                           KeySeenObstructed,
                           CardLeftLying,
                           KeyOpened,
                           KeySelected,
                           TouchNeeded,
                           PinSet,
                           CredentialMade,
                           AssertionMade,
                           KeyUnusable,
                           KeyFaltered,
                           FactsChanged,
                           TouchFailed,
                           PresenceUsedUp,
                           PinNeeded,
                           PinWrong,
                           PinUnfit,
                           PinBlocked,
                           CredentialMissing,
                           KeyUnresponsive,
                           OptionsReady,
                           Stored,
                           ProofVerified,
                           Withdrawn,
                           VerifierRefused,
                           VerifierRetrying,
                           VerifierLost,
                           PinEntered,
                           PinDeclined,
                           AddAnother,
                           Finish,
                           Cancel,
                           GiveUpProof,
                           WindowOver,
                           ProofTimeOver,
                           PinKeptLongEnough,
                           CredentialStrayed,
                           OrphanRemoved>;

/// As in the table: "KeyArrived".
[[nodiscard]] std::string_view name_of(const Input& input) noexcept;

}  // namespace firstkey::enroll
