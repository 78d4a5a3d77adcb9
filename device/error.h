#pragma once
// What can go wrong with a key. Callers branch on `code`; `fido_status` keeps the CTAP status (or
// libfido2's own negative one) that led to it, `detail` is for the log. One table maps the two.

#include <expected>
#include <string>
#include <string_view>

namespace firstkey::device {

enum class ErrorCode {
  // The key and the way to it
  kGone,             ///< unplugged, card lifted, simulator ended
  kUnknownPath,      ///< no key is or was at that path
  kNoAccess,         ///< the node is there, this account may not open it
  kBusy,             ///< another program, or a call of ours that never ended, holds the key
  kNoApplet,         ///< a card without FIDO
  kNoReaderService,  ///< pcscd does not answer
  kIo,               ///< the system failed to carry bytes
  kGarbage,          ///< the answer is not what the protocol allows
  kTooLarge,         ///< the request or the answer is beyond a limit of the key or of ours
  kTimeout,          ///< the time left was used up
  kCancelled,        ///< by our caller
  // What the key cannot do
  kU2fOnly,
  kUnsupportedAlgorithm,
  kUnsupportedOption,
  kUnsupportedExtension,
  kUnsupportedCommand,
  // The person
  kTouchTimeout,  ///< the key gave up waiting for a touch
  kTouchNeeded,   ///< presence used up: touch again, or lift the card and hold it again
  kDenied,        ///< the person or the key said no
  kNotAllowed,    ///< not in this state (reset too late, card presence used up)
  // PIN and user verification
  kPinTooShort,  ///< fewer code points than the key's minimum
  kPinTooLong,   ///< more than 63 bytes of UTF-8
  kPinNotText,   ///< no valid UTF-8, or with a zero byte
  kPinRequired,
  kPinNotSet,
  kPinAlreadySet,
  kPinInvalid,      ///< wrong PIN: one attempt fewer
  kPinAuthInvalid,  ///< the proof of the PIN was refused: try once more
  kPinAuthBlocked,  ///< no more attempts until the key is re-inserted
  kPinBlocked,      ///< no more attempts until a reset
  kPinPolicy,       ///< the key's own PIN rules refuse it, or it demands a change first
  kUvInvalid,
  kUvBlocked,
  // Credentials
  kCredentialExcluded,
  kNoCredentials,
  kStoreFull,
  // Ours
  kBadRequest,  ///< the request itself is wrong: a fault of the caller
  kInternal,    ///< libfido2 or the system refused for a reason it does not tell
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  int fido_status = 0;  ///< 0: no key and no libfido2 was involved
  std::string detail;
  /// Of kCancelled and kTimeout: the key did not say that it stopped, and may be at it yet.
  bool is_unanswered = false;
};

template <class Value>
using Result = std::expected<Value, Error>;

/// Stable and in CamelCase without the k, for logs and JSON: "PinInvalid".
[[nodiscard]] std::string_view name_of(ErrorCode code) noexcept;

/// The table. `status` is a CTAP status byte (positive) or libfido2's own (negative). 0 has no
/// error and must not be asked; a status in no list is kInternal.
/// Source: CTAP 2.1 §8.2, libfido2 1.12 fido/err.h.
[[nodiscard]] ErrorCode to_error_code(int status) noexcept;

/// "FIDO_ERR_PIN_INVALID"; "FIDO_ERR_0x5a" for one in no list, "FIDO_ERR_-42" likewise.
[[nodiscard]] std::string status_name(int status);

/// The error for `status`, its detail naming the status and `doing`, what was being done.
[[nodiscard]] Error to_error(int status, std::string_view doing);

}  // namespace firstkey::device
