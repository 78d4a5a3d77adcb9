#include "device/pcsc_error.h"

#include <doctest/doctest.h>

using firstkey::device::ErrorCode;
using firstkey::device::is_card_warming_up;
using firstkey::device::to_pcsc_error;
using firstkey::device::to_pcsc_error_code;

TEST_SUITE("device/pcsc_error") {
  TEST_CASE("what leaves, what is absent and what is busy are told apart") {
    const struct {
      LONG result;
      ErrorCode code;
    } cases[] = {{SCARD_W_REMOVED_CARD, ErrorCode::kGone},
                 {SCARD_E_NO_SMARTCARD, ErrorCode::kGone},
                 {SCARD_E_NOT_TRANSACTED, ErrorCode::kGone},
                 {SCARD_E_READER_UNAVAILABLE, ErrorCode::kGone},
                 {SCARD_E_UNKNOWN_READER, ErrorCode::kUnknownPath},
                 {SCARD_E_NO_READERS_AVAILABLE, ErrorCode::kUnknownPath},
                 {SCARD_E_NO_SERVICE, ErrorCode::kNoReaderService},
                 {SCARD_F_COMM_ERROR, ErrorCode::kNoReaderService},
                 {SCARD_E_INVALID_HANDLE, ErrorCode::kNoReaderService},
                 {SCARD_E_SHARING_VIOLATION, ErrorCode::kBusy},
                 {SCARD_W_SECURITY_VIOLATION, ErrorCode::kNoAccess},
                 {SCARD_E_PROTO_MISMATCH, ErrorCode::kNoApplet},
                 {SCARD_W_RESET_CARD, ErrorCode::kIo},
                 {SCARD_E_TIMEOUT, ErrorCode::kTimeout},
                 {SCARD_E_CANCELLED, ErrorCode::kCancelled},
                 {SCARD_E_NO_MEMORY, ErrorCode::kInternal}};
    for (const auto& [result, code] : cases) {
      CAPTURE(pcsc_stringify_error(result));
      CHECK(to_pcsc_error_code(result) == code);
      CHECK(to_pcsc_error(result, "connect").code == code);
    }
  }

  TEST_CASE("the detail names the result and what was being done") {
    CHECK(to_pcsc_error(SCARD_E_NO_SERVICE, "connect").detail == "connect: SCARD_E_NO_SERVICE");
  }

  TEST_CASE("a card that is warming up is worth another try, one that left is not") {
    CHECK(is_card_warming_up(SCARD_W_UNPOWERED_CARD));
    CHECK(is_card_warming_up(SCARD_W_UNRESPONSIVE_CARD));
    CHECK(is_card_warming_up(SCARD_W_RESET_CARD));
    CHECK_FALSE(is_card_warming_up(SCARD_E_NO_SMARTCARD));
    CHECK_FALSE(is_card_warming_up(SCARD_S_SUCCESS));
  }
}
