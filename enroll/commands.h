#pragma once
// What the machine asks of the runner. A command to a key that is not there any more is answered
// with KeyRemoved.

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/orphan.h"
#include "enroll/events.h"
#include "enroll/states.h"

namespace firstkey::enroll {

// To the verifier.
struct RequestOptions {};
struct SubmitRegistration {};  ///< of the credential made last
struct SubmitProof {};
struct WithdrawCredential {
  core::Bytes credential_id;
};
struct FinishSession {};  ///< and wipe the ticket

// To a key.
struct OpenKey {
  KeyId key{};
  core::Bytes look_for;  ///< a credential to be looked for silently; empty: none
};
struct BlinkKey {
  KeyId key{};
};
struct SetPin {
  KeyId key{};
  PinCause cause = PinCause::kFirst;
};
struct MakeCredential {  ///< over a challenge that is still good, fetched if need be
  KeyId key{};
};
struct MakeAssertion {
  KeyId key{};
  core::Bytes credential_id;
};
struct StopKey {  ///< stop what runs; it stays open
  KeyId key{};
};
// About a credential on a key that is not registered. The verifier is told in both cases.
struct RemoveOrphan {  ///< with the PIN that is held, on the key that made it and is still open
  KeyId key{};
  core::Bytes credential_id;
  core::OrphanCause cause = core::OrphanCause::kCancelled;
};
struct ReportOrphan {  ///< to be removed when the key is met again
  KeyId key{};
  core::Bytes credential_id;
  core::OrphanCause cause = core::OrphanCause::kCancelled;
};
struct ReleaseKey {  ///< stop what runs and let go; it may be opened again
  KeyId key{};
};
struct ReleaseKeys {};  ///< every key
struct SetAside {       ///< release, and no candidate until it is re-plugged
  KeyId key{};
};

// About PINs.
struct AskPin {
  KeyId key{};
  Purpose purpose = Purpose::kRegistration;
  std::optional<int> attempts_left;
  bool was_wrong = false;
};
struct AskNewPin {  ///< forgets the new one entered before, if any
  KeyId key{};
  std::size_t min_code_points = 0;
};
struct WithdrawPinRequest {};
struct ForgetPin {};
struct KeepPin {  ///< then PinKeptLongEnough
  core::Duration at_most{};
};

using Command = std::variant<RequestOptions,
                             SubmitRegistration,
                             SubmitProof,
                             WithdrawCredential,
                             FinishSession,
                             OpenKey,
                             BlinkKey,
                             SetPin,
                             MakeCredential,
                             MakeAssertion,
                             StopKey,
                             RemoveOrphan,
                             ReportOrphan,
                             ReleaseKey,
                             ReleaseKeys,
                             SetAside,
                             AskPin,
                             AskNewPin,
                             WithdrawPinRequest,
                             ForgetPin,
                             KeepPin>;

/// As in the table: "OpenKey".
[[nodiscard]] std::string_view name_of(const Command& command) noexcept;

}  // namespace firstkey::enroll
