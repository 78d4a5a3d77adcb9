#pragma once
// What came of a ceremony, for the program that ran it: the events tell the person.

#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/verifier.h"
#include "enroll/key_reasons.h"

namespace firstkey::enroll {

struct Ending {
  enum class How { kFinished, kExpired, kCancelled, kFailed };
  How how = How::kFailed;
  std::optional<core::ErrorCode> code;   ///< of a failure
  std::vector<core::Bytes> credentials;  ///< completed, in order
  /// It was cancelled because no key to work with came in time (Choices::longest_wait_for_key).
  bool was_without_key = false;
  // What stood in the way last, should nothing have been completed.
  std::optional<KeyReason> last_refusal;
  std::optional<PinLock> last_lock;
  /// The session as the verifier ended it; absent when it could not be told.
  std::optional<core::SessionSnapshot> session;
  /// Why the station's ticket file may still be there.
  std::optional<core::Error> ticket_error;
};

}  // namespace firstkey::enroll
