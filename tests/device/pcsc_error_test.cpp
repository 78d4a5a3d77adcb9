#include "device/pcsc_error.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using firstkey::device::ErrorCode;
using firstkey::device::patience_for;
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

  TEST_CASE("a card that is warming up is waited for longest, an absent reader not at all") {
    for (const LONG cold : {SCARD_W_UNPOWERED_CARD,
                            SCARD_W_UNRESPONSIVE_CARD,
                            SCARD_W_RESET_CARD,
                            SCARD_E_NOT_READY}) {
      CHECK(patience_for(cold) > patience_for(SCARD_E_SHARING_VIOLATION));
    }
    CHECK(patience_for(SCARD_E_SHARING_VIOLATION) > patience_for(SCARD_E_NO_SMARTCARD));
    CHECK(patience_for(SCARD_E_NO_SMARTCARD) > 0ms);
    CHECK(patience_for(SCARD_W_REMOVED_CARD) == patience_for(SCARD_E_NO_SMARTCARD));
    for (const LONG end : {SCARD_E_UNKNOWN_READER, SCARD_E_NO_SERVICE, SCARD_E_PROTO_MISMATCH}) {
      CHECK(patience_for(end) == 0ms);
    }
  }
}
