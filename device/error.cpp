#include "device/error.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fido/err.h>

namespace firstkey::device {

namespace {

struct StatusEntry {
  int status;
  ErrorCode code;
  std::string_view name;
};

// The name comes from the macro itself, so that number and name cannot drift apart.
#define FIRSTKEY_STATUS(name, code)                     \
  StatusEntry {                                         \
    FIDO_ERR_##name, ErrorCode::code, "FIDO_ERR_" #name \
  }

constexpr std::array kTable = {
    FIRSTKEY_STATUS(INVALID_COMMAND, kUnsupportedCommand),
    FIRSTKEY_STATUS(INVALID_PARAMETER, kBadRequest),
    FIRSTKEY_STATUS(INVALID_LENGTH, kBadRequest),
    FIRSTKEY_STATUS(INVALID_SEQ, kIo),
    FIRSTKEY_STATUS(TIMEOUT, kTimeout),
    FIRSTKEY_STATUS(CHANNEL_BUSY, kBusy),
    FIRSTKEY_STATUS(LOCK_REQUIRED, kBusy),
    FIRSTKEY_STATUS(INVALID_CHANNEL, kIo),
    // libfido2 writes our CBOR, and uses the same two for an answer of the key that lacks members.
    FIRSTKEY_STATUS(CBOR_UNEXPECTED_TYPE, kGarbage),
    FIRSTKEY_STATUS(INVALID_CBOR, kGarbage),
    FIRSTKEY_STATUS(MISSING_PARAMETER, kBadRequest),
    FIRSTKEY_STATUS(LIMIT_EXCEEDED, kTooLarge),
    FIRSTKEY_STATUS(UNSUPPORTED_EXTENSION, kUnsupportedExtension),
    FIRSTKEY_STATUS(FP_DATABASE_FULL, kStoreFull),
    FIRSTKEY_STATUS(LARGEBLOB_STORAGE_FULL, kStoreFull),
    FIRSTKEY_STATUS(CREDENTIAL_EXCLUDED, kCredentialExcluded),
    FIRSTKEY_STATUS(PROCESSING, kBusy),
    FIRSTKEY_STATUS(INVALID_CREDENTIAL, kNoCredentials),
    FIRSTKEY_STATUS(USER_ACTION_PENDING, kBusy),
    FIRSTKEY_STATUS(OPERATION_PENDING, kBusy),
    FIRSTKEY_STATUS(NO_OPERATIONS, kNotAllowed),
    FIRSTKEY_STATUS(UNSUPPORTED_ALGORITHM, kUnsupportedAlgorithm),
    FIRSTKEY_STATUS(OPERATION_DENIED, kDenied),
    FIRSTKEY_STATUS(KEY_STORE_FULL, kStoreFull),
    FIRSTKEY_STATUS(NOT_BUSY, kNotAllowed),
    FIRSTKEY_STATUS(NO_OPERATION_PENDING, kNotAllowed),
    FIRSTKEY_STATUS(UNSUPPORTED_OPTION, kUnsupportedOption),
    FIRSTKEY_STATUS(INVALID_OPTION, kUnsupportedOption),
    FIRSTKEY_STATUS(KEEPALIVE_CANCEL, kCancelled),
    FIRSTKEY_STATUS(NO_CREDENTIALS, kNoCredentials),
    FIRSTKEY_STATUS(USER_ACTION_TIMEOUT, kTouchTimeout),
    FIRSTKEY_STATUS(NOT_ALLOWED, kNotAllowed),
    FIRSTKEY_STATUS(PIN_INVALID, kPinInvalid),
    FIRSTKEY_STATUS(PIN_BLOCKED, kPinBlocked),
    FIRSTKEY_STATUS(PIN_AUTH_INVALID, kPinAuthInvalid),
    FIRSTKEY_STATUS(PIN_AUTH_BLOCKED, kPinAuthBlocked),
    FIRSTKEY_STATUS(PIN_NOT_SET, kPinNotSet),
    FIRSTKEY_STATUS(PIN_REQUIRED, kPinRequired),
    FIRSTKEY_STATUS(PIN_POLICY_VIOLATION, kPinPolicy),
    FIRSTKEY_STATUS(PIN_TOKEN_EXPIRED, kPinAuthInvalid),
    FIRSTKEY_STATUS(REQUEST_TOO_LARGE, kTooLarge),
    FIRSTKEY_STATUS(ACTION_TIMEOUT, kTouchTimeout),
    FIRSTKEY_STATUS(UP_REQUIRED, kTouchNeeded),
    FIRSTKEY_STATUS(UV_BLOCKED, kUvBlocked),
    // CTAP 2.1's, which libfido2 1.12 has no names for.
    StatusEntry{0x3D, ErrorCode::kBadRequest, "FIDO_ERR_INTEGRITY_FAILURE"},
    StatusEntry{0x3E, ErrorCode::kUnsupportedCommand, "FIDO_ERR_INVALID_SUBCOMMAND"},
    FIRSTKEY_STATUS(UV_INVALID, kUvInvalid),
    FIRSTKEY_STATUS(UNAUTHORIZED_PERM, kPinAuthInvalid),
    FIRSTKEY_STATUS(ERR_OTHER, kInternal),
    FIRSTKEY_STATUS(SPEC_LAST, kInternal),
    // libfido2's own. What the wire did is known better by our own I/O, which overrules TX and RX.
    FIRSTKEY_STATUS(TX, kIo),
    FIRSTKEY_STATUS(RX, kIo),
    FIRSTKEY_STATUS(RX_NOT_CBOR, kGarbage),
    FIRSTKEY_STATUS(RX_INVALID_CBOR, kGarbage),
    FIRSTKEY_STATUS(INVALID_PARAM, kGarbage),
    FIRSTKEY_STATUS(INVALID_SIG, kGarbage),
    FIRSTKEY_STATUS(INVALID_ARGUMENT, kBadRequest),
    FIRSTKEY_STATUS(USER_PRESENCE_REQUIRED, kTouchNeeded),
    FIRSTKEY_STATUS(INTERNAL, kInternal),
    FIRSTKEY_STATUS(NOTFOUND, kNoCredentials),
    FIRSTKEY_STATUS(COMPRESS, kInternal),
};
#undef FIRSTKEY_STATUS

}  // namespace

ErrorCode to_error_code(int status) noexcept {
  const auto* const entry = std::ranges::find(kTable, status, &StatusEntry::status);
  return entry == kTable.end() ? ErrorCode::kInternal : entry->code;
}

std::string status_name(int status) {
  if (const auto* const entry = std::ranges::find(kTable, status, &StatusEntry::status);
      entry != kTable.end()) {
    return std::string(entry->name);
  }
  if (status < 0) return "FIDO_ERR_" + std::to_string(status);
  std::array<char, 24> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "FIDO_ERR_0x%02x", static_cast<unsigned>(status));
  return {text.data(), static_cast<std::size_t>(length)};
}

Error to_error(int status, std::string_view doing) {
  return {.code = to_error_code(status),
          .fido_status = status,
          .detail = std::string(doing) + ": " + status_name(status)};
}

std::string_view name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kGone:
      return "Gone";
    case ErrorCode::kUnknownPath:
      return "UnknownPath";
    case ErrorCode::kNoAccess:
      return "NoAccess";
    case ErrorCode::kBusy:
      return "Busy";
    case ErrorCode::kNoApplet:
      return "NoApplet";
    case ErrorCode::kNoReaderService:
      return "NoReaderService";
    case ErrorCode::kIo:
      return "Io";
    case ErrorCode::kGarbage:
      return "Garbage";
    case ErrorCode::kTooLarge:
      return "TooLarge";
    case ErrorCode::kTimeout:
      return "Timeout";
    case ErrorCode::kCancelled:
      return "Cancelled";
    case ErrorCode::kU2fOnly:
      return "U2fOnly";
    case ErrorCode::kUnsupportedAlgorithm:
      return "UnsupportedAlgorithm";
    case ErrorCode::kUnsupportedOption:
      return "UnsupportedOption";
    case ErrorCode::kUnsupportedExtension:
      return "UnsupportedExtension";
    case ErrorCode::kUnsupportedCommand:
      return "UnsupportedCommand";
    case ErrorCode::kTouchTimeout:
      return "TouchTimeout";
    case ErrorCode::kTouchNeeded:
      return "TouchNeeded";
    case ErrorCode::kDenied:
      return "Denied";
    case ErrorCode::kNotAllowed:
      return "NotAllowed";
    case ErrorCode::kPinTooShort:
      return "PinTooShort";
    case ErrorCode::kPinTooLong:
      return "PinTooLong";
    case ErrorCode::kPinNotText:
      return "PinNotText";
    case ErrorCode::kPinRequired:
      return "PinRequired";
    case ErrorCode::kPinNotSet:
      return "PinNotSet";
    case ErrorCode::kPinAlreadySet:
      return "PinAlreadySet";
    case ErrorCode::kPinInvalid:
      return "PinInvalid";
    case ErrorCode::kPinAuthInvalid:
      return "PinAuthInvalid";
    case ErrorCode::kPinAuthBlocked:
      return "PinAuthBlocked";
    case ErrorCode::kPinBlocked:
      return "PinBlocked";
    case ErrorCode::kPinPolicy:
      return "PinPolicy";
    case ErrorCode::kUvInvalid:
      return "UvInvalid";
    case ErrorCode::kUvBlocked:
      return "UvBlocked";
    case ErrorCode::kCredentialExcluded:
      return "CredentialExcluded";
    case ErrorCode::kNoCredentials:
      return "NoCredentials";
    case ErrorCode::kStoreFull:
      return "StoreFull";
    case ErrorCode::kBadRequest:
      return "BadRequest";
    case ErrorCode::kInternal:
      return "Internal";
  }
  return "Unknown";  // a value outside the enumeration
}

}  // namespace firstkey::device
