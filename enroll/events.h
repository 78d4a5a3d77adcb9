#pragma once
// What a ceremony tells the person in front of it: facts in the order they became true. An event
// carries no PIN, passcode, challenge or serial number; a credential id is public. The catalogue
// with the words for each is in enroll/README.md, "Events".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/error.h"
#include "device/key_discovery.h"
#include "enroll/key_reasons.h"

namespace firstkey::enroll {

// Keys coming and going.
struct InsertKey {};  ///< nothing to work with: insert a key, or hold one to the reader
struct KeyInserted {
  std::string display_name;
  device::Transport transport = device::Transport::kUsb;
};
struct KeyLeft {};  ///< the key in use was removed
struct KeyRejected {
  KeyReason reason = KeyReason::kFailing;
};
/// There, but it cannot be opened as it stands: no permission, no reader service.
struct KeyObstructed {
  std::string reason;
  std::string remedy;
};
/// Inserted while another key is in use: that one goes on.
struct KeyIgnored {
  std::string display_name;
};
struct KeyUnresponding {};  ///< ignored being stopped; left alone until it is re-plugged
struct SelectKey {
  std::size_t count = 0;  ///< touch the one to use
};
struct KeyLocked {
  PinLock lock = PinLock::kUntilReinserted;
};
struct PresentAgain {};  ///< lift the card and hold it again, or re-insert the key

// PIN and touch. An answer names the request it is to: what was typed for one question never
// reaches the next one.
enum class PinRequestId : std::uint64_t {};  ///< from 1; 0: not asked
struct PinWanted {
  PinRequestId request{};
  Purpose purpose = Purpose::kRegistration;
  std::optional<int> attempts_left;
  bool was_wrong = false;  ///< the one entered before
};
struct NewPinWanted {
  PinRequestId request{};
  PinCause cause = PinCause::kFirst;
  std::size_t min_code_points = 0;
};
struct NewPinRejected {  ///< asked for once more
  PinRequestId request{};
  PinFlaw flaw = PinFlaw::kTooShort;
  std::size_t min_code_points = 0;
};
struct PinWasSet {};
struct TouchWanted {
  Purpose purpose = Purpose::kRegistration;
};
struct TouchMissed {
  TouchMishap mishap = TouchMishap::kTimedOut;  ///< the key asks once more
};

// Verdicts.
struct VerifyingNow {};
struct CredentialStored {
  core::Bytes credential_id;
  std::string attestation_format;
  core::AttestationLevel attestation_level = core::AttestationLevel::kNotAttested;
  std::string trust_root;  ///< empty: the chain led to no configured root
};
struct RegistrationRefused {
  core::ErrorCode code = core::ErrorCode::kRegistrationInvalid;
  std::string detail;
};
struct VerifierUnreachable {};  ///< being tried again
/// A credential is on the key that the relying party does not hold. It is removed there now, or
/// when the key is met again.
struct CredentialOrphaned {
  core::Bytes credential_id;
};
struct OrphanCleaned {  ///< it is not on the key any more
  core::Bytes credential_id;
};

// The proof.
struct ProvingNow {};
struct ProofKeyWanted {};  ///< the same key once more
struct WrongProofKey {};   ///< not the key that made the credential
struct ProofFailed {
  ProofFailure failure = ProofFailure::kRefused;
};
struct CredentialWithdrawn {
  core::Bytes credential_id;
};

// Ends. `credentials` is how many this ceremony completed.
struct CredentialCompleted {
  core::Bytes credential_id;
  bool is_proven = false;
  int credentials_left = 0;  ///< how many more this session may store
};
struct CeremonyFinished {
  int credentials = 0;
};
struct WindowExpired {
  int credentials = 0;
};
struct CeremonyCancelled {
  int credentials = 0;
};
struct CeremonyFailed {
  core::ErrorCode code = core::ErrorCode::kStoreFailed;
  std::string detail;
  int credentials = 0;
};

using Event = std::variant<InsertKey,
                           KeyInserted,
                           KeyLeft,
                           KeyRejected,
                           KeyObstructed,
                           KeyIgnored,
                           KeyUnresponding,
                           SelectKey,
                           KeyLocked,
                           PresentAgain,
                           PinWanted,
                           NewPinWanted,
                           NewPinRejected,
                           PinWasSet,
                           TouchWanted,
                           TouchMissed,
                           VerifyingNow,
                           CredentialStored,
                           RegistrationRefused,
                           VerifierUnreachable,
                           CredentialOrphaned,
                           OrphanCleaned,
                           ProvingNow,
                           ProofKeyWanted,
                           WrongProofKey,
                           ProofFailed,
                           CredentialWithdrawn,
                           CredentialCompleted,
                           CeremonyFinished,
                           WindowExpired,
                           CeremonyCancelled,
                           CeremonyFailed>;

/// Stable, as event streams and `--json` show it: "key_inserted".
[[nodiscard]] std::string_view name_of(const Event& event);

/// The members of an event as one JSON object, its name first: {"event":"key_locked","lock":…}.
[[nodiscard]] std::string to_json(const Event& event);

/// The question about a PIN that the event asks, if it asks one.
[[nodiscard]] std::optional<PinRequestId> request_in(const Event& event);

/// Finished, expired, cancelled or failed. Only news of keys that come back late (orphaned,
/// orphan_removed, key_unresponsive) may follow; a stream says itself when it is closed.
[[nodiscard]] bool is_final(const Event& event);

}  // namespace firstkey::enroll
