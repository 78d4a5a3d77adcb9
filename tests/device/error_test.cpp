#include "device/error.h"

#include <set>

#include <doctest/doctest.h>
#include <fido/err.h>

using firstkey::device::ErrorCode;
using firstkey::device::name_of;
using firstkey::device::status_name;
using firstkey::device::to_error;
using firstkey::device::to_error_code;

TEST_SUITE("device/error") {
  TEST_CASE("every CTAP status and every status of libfido2 has its code") {
    const struct {
      std::string name;
      int status;
      ErrorCode code;
    } statuses[] = {
        {"FIDO_ERR_INVALID_COMMAND", 0x01, ErrorCode::kUnsupportedCommand},
        {"FIDO_ERR_INVALID_PARAMETER", 0x02, ErrorCode::kBadRequest},
        {"FIDO_ERR_INVALID_LENGTH", 0x03, ErrorCode::kBadRequest},
        {"FIDO_ERR_INVALID_SEQ", 0x04, ErrorCode::kIo},
        {"FIDO_ERR_TIMEOUT", 0x05, ErrorCode::kTimeout},
        {"FIDO_ERR_CHANNEL_BUSY", 0x06, ErrorCode::kBusy},
        {"FIDO_ERR_LOCK_REQUIRED", 0x0a, ErrorCode::kBusy},
        {"FIDO_ERR_INVALID_CHANNEL", 0x0b, ErrorCode::kIo},
        {"FIDO_ERR_CBOR_UNEXPECTED_TYPE", 0x11, ErrorCode::kGarbage},
        {"FIDO_ERR_INVALID_CBOR", 0x12, ErrorCode::kGarbage},
        {"FIDO_ERR_MISSING_PARAMETER", 0x14, ErrorCode::kBadRequest},
        {"FIDO_ERR_LIMIT_EXCEEDED", 0x15, ErrorCode::kTooLarge},
        {"FIDO_ERR_UNSUPPORTED_EXTENSION", 0x16, ErrorCode::kUnsupportedExtension},
        {"FIDO_ERR_FP_DATABASE_FULL", 0x17, ErrorCode::kStoreFull},
        {"FIDO_ERR_LARGEBLOB_STORAGE_FULL", 0x18, ErrorCode::kStoreFull},
        {"FIDO_ERR_CREDENTIAL_EXCLUDED", 0x19, ErrorCode::kCredentialExcluded},
        {"FIDO_ERR_PROCESSING", 0x21, ErrorCode::kBusy},
        {"FIDO_ERR_INVALID_CREDENTIAL", 0x22, ErrorCode::kNoCredentials},
        {"FIDO_ERR_USER_ACTION_PENDING", 0x23, ErrorCode::kBusy},
        {"FIDO_ERR_OPERATION_PENDING", 0x24, ErrorCode::kBusy},
        {"FIDO_ERR_NO_OPERATIONS", 0x25, ErrorCode::kNotAllowed},
        {"FIDO_ERR_UNSUPPORTED_ALGORITHM", 0x26, ErrorCode::kUnsupportedAlgorithm},
        {"FIDO_ERR_OPERATION_DENIED", 0x27, ErrorCode::kDenied},
        {"FIDO_ERR_KEY_STORE_FULL", 0x28, ErrorCode::kStoreFull},
        {"FIDO_ERR_NOT_BUSY", 0x29, ErrorCode::kNotAllowed},
        {"FIDO_ERR_NO_OPERATION_PENDING", 0x2a, ErrorCode::kNotAllowed},
        {"FIDO_ERR_UNSUPPORTED_OPTION", 0x2b, ErrorCode::kUnsupportedOption},
        {"FIDO_ERR_INVALID_OPTION", 0x2c, ErrorCode::kUnsupportedOption},
        {"FIDO_ERR_KEEPALIVE_CANCEL", 0x2d, ErrorCode::kCancelled},
        {"FIDO_ERR_NO_CREDENTIALS", 0x2e, ErrorCode::kNoCredentials},
        {"FIDO_ERR_USER_ACTION_TIMEOUT", 0x2f, ErrorCode::kTouchTimeout},
        {"FIDO_ERR_NOT_ALLOWED", 0x30, ErrorCode::kNotAllowed},
        {"FIDO_ERR_PIN_INVALID", 0x31, ErrorCode::kPinInvalid},
        {"FIDO_ERR_PIN_BLOCKED", 0x32, ErrorCode::kPinBlocked},
        {"FIDO_ERR_PIN_AUTH_INVALID", 0x33, ErrorCode::kPinAuthInvalid},
        {"FIDO_ERR_PIN_AUTH_BLOCKED", 0x34, ErrorCode::kPinAuthBlocked},
        {"FIDO_ERR_PIN_NOT_SET", 0x35, ErrorCode::kPinNotSet},
        {"FIDO_ERR_PIN_REQUIRED", 0x36, ErrorCode::kPinRequired},
        {"FIDO_ERR_PIN_POLICY_VIOLATION", 0x37, ErrorCode::kPinPolicy},
        {"FIDO_ERR_PIN_TOKEN_EXPIRED", 0x38, ErrorCode::kPinAuthInvalid},
        {"FIDO_ERR_REQUEST_TOO_LARGE", 0x39, ErrorCode::kTooLarge},
        {"FIDO_ERR_ACTION_TIMEOUT", 0x3a, ErrorCode::kTouchTimeout},
        {"FIDO_ERR_UP_REQUIRED", 0x3b, ErrorCode::kTouchNeeded},
        {"FIDO_ERR_UV_BLOCKED", 0x3c, ErrorCode::kUvBlocked},
        {"FIDO_ERR_INTEGRITY_FAILURE", 0x3d, ErrorCode::kBadRequest},
        {"FIDO_ERR_INVALID_SUBCOMMAND", 0x3e, ErrorCode::kUnsupportedCommand},
        {"FIDO_ERR_UV_INVALID", 0x3f, ErrorCode::kUvInvalid},
        {"FIDO_ERR_UNAUTHORIZED_PERM", 0x40, ErrorCode::kPinAuthInvalid},
        {"FIDO_ERR_ERR_OTHER", 0x7f, ErrorCode::kInternal},
        {"FIDO_ERR_SPEC_LAST", 0xdf, ErrorCode::kInternal},
        {"FIDO_ERR_TX", -1, ErrorCode::kIo},
        {"FIDO_ERR_RX", -2, ErrorCode::kIo},
        {"FIDO_ERR_RX_NOT_CBOR", -3, ErrorCode::kGarbage},
        {"FIDO_ERR_RX_INVALID_CBOR", -4, ErrorCode::kGarbage},
        {"FIDO_ERR_INVALID_PARAM", -5, ErrorCode::kGarbage},
        {"FIDO_ERR_INVALID_SIG", -6, ErrorCode::kGarbage},
        {"FIDO_ERR_INVALID_ARGUMENT", -7, ErrorCode::kBadRequest},
        {"FIDO_ERR_USER_PRESENCE_REQUIRED", -8, ErrorCode::kTouchNeeded},
        {"FIDO_ERR_INTERNAL", -9, ErrorCode::kInternal},
        {"FIDO_ERR_NOTFOUND", -10, ErrorCode::kNoCredentials},
        {"FIDO_ERR_COMPRESS", -11, ErrorCode::kInternal},
    };
    std::set<int> covered;
    for (const auto& [name, status, code] : statuses) {
      CAPTURE(name);
      CHECK(to_error_code(status) == code);
      CHECK(status_name(status) == name);
      covered.insert(status);
    }
    // The table names none but these: any other number is spelt out.
    for (int status = -20; status <= 0xff; ++status) {
      CAPTURE(status);
      if (covered.contains(status)) continue;
      CHECK(to_error_code(status) == ErrorCode::kInternal);
    }
  }

  TEST_CASE("a status in no list is named by its number") {
    CHECK(status_name(0x5a) == "FIDO_ERR_0x5a");
    CHECK(status_name(0xf0) == "FIDO_ERR_0xf0");
    CHECK(status_name(-12) == "FIDO_ERR_-12");
  }

  TEST_CASE("an error keeps the status and says what was being done") {
    const auto error = to_error(FIDO_ERR_PIN_INVALID, "make credential");
    CHECK(error.code == ErrorCode::kPinInvalid);
    CHECK(error.fido_status == 0x31);
    CHECK(error.detail == "make credential: FIDO_ERR_PIN_INVALID");
  }

  TEST_CASE("every code has a name of its own") {
    std::set<std::string_view> names;
    const auto last = static_cast<int>(ErrorCode::kInternal);
    for (int code = 0; code <= last; ++code) {
      CAPTURE(code);
      CHECK(name_of(static_cast<ErrorCode>(code)) != "Unknown");
      names.insert(name_of(static_cast<ErrorCode>(code)));
    }
    CHECK(names.size() == static_cast<std::size_t>(last) + 1);
    CHECK(name_of(ErrorCode::kPinAuthBlocked) == "PinAuthBlocked");
  }
}
