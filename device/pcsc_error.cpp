#include "device/pcsc_error.h"

#include <algorithm>
#include <array>
#include <string>

namespace firstkey::device {

namespace {

constexpr std::chrono::milliseconds kWarmUp{2'000};
constexpr std::chrono::milliseconds kOthersLook{1'000};
constexpr std::chrono::milliseconds kBlip{500};

struct ResultEntry {
  LONG result;
  ErrorCode code;
  std::string_view name;
};

// The name comes from the macro itself, so that number and name cannot drift apart.
#define FIRSTKEY_RESULT(name, code)               \
  ResultEntry {                                   \
    SCARD_##name, ErrorCode::code, "SCARD_" #name \
  }

constexpr std::array kTable = {
    FIRSTKEY_RESULT(W_REMOVED_CARD, kGone),
    FIRSTKEY_RESULT(E_NO_SMARTCARD, kGone),
    // pcscd's answer to an APDU that the card did not live to answer.
    FIRSTKEY_RESULT(E_NOT_TRANSACTED, kGone),
    FIRSTKEY_RESULT(E_READER_UNAVAILABLE, kGone),
    FIRSTKEY_RESULT(E_UNKNOWN_READER, kUnknownPath),
    FIRSTKEY_RESULT(E_NO_READERS_AVAILABLE, kUnknownPath),
    FIRSTKEY_RESULT(E_NO_SERVICE, kNoReaderService),
    FIRSTKEY_RESULT(E_SERVICE_STOPPED, kNoReaderService),
    FIRSTKEY_RESULT(P_SHUTDOWN, kNoReaderService),
    // The daemon ended underneath; what it had given out is void.
    FIRSTKEY_RESULT(F_COMM_ERROR, kNoReaderService),
    FIRSTKEY_RESULT(E_INVALID_HANDLE, kNoReaderService),
    FIRSTKEY_RESULT(E_SHARING_VIOLATION, kBusy),
    FIRSTKEY_RESULT(E_SERVER_TOO_BUSY, kBusy),
    FIRSTKEY_RESULT(E_NO_ACCESS, kNoAccess),
    FIRSTKEY_RESULT(W_SECURITY_VIOLATION, kNoAccess),
    FIRSTKEY_RESULT(E_PROTO_MISMATCH, kNoApplet),
    FIRSTKEY_RESULT(E_CARD_UNSUPPORTED, kNoApplet),
    FIRSTKEY_RESULT(W_UNSUPPORTED_CARD, kNoApplet),
    FIRSTKEY_RESULT(W_UNRESPONSIVE_CARD, kIo),
    FIRSTKEY_RESULT(W_UNPOWERED_CARD, kIo),
    FIRSTKEY_RESULT(W_RESET_CARD, kIo),
    FIRSTKEY_RESULT(E_NOT_READY, kIo),
    FIRSTKEY_RESULT(E_COMM_DATA_LOST, kIo),
    FIRSTKEY_RESULT(E_INSUFFICIENT_BUFFER, kTooLarge),
    FIRSTKEY_RESULT(E_TIMEOUT, kTimeout),
    FIRSTKEY_RESULT(E_CANCELLED, kCancelled),
};
#undef FIRSTKEY_RESULT

}  // namespace

ErrorCode to_pcsc_error_code(LONG result) noexcept {
  const auto* const entry = std::ranges::find(kTable, result, &ResultEntry::result);
  return entry == kTable.end() ? ErrorCode::kInternal : entry->code;
}

Error to_pcsc_error(LONG result, std::string_view doing) {
  const auto* const entry = std::ranges::find(kTable, result, &ResultEntry::result);
  const std::string name =
      entry == kTable.end() ? pcsc_stringify_error(result) : std::string(entry->name);
  return {.code = to_pcsc_error_code(result), .detail = std::string(doing) + ": " + name};
}

std::chrono::milliseconds patience_for(LONG result) noexcept {
  switch (result) {
    case SCARD_W_UNPOWERED_CARD:
    case SCARD_W_UNRESPONSIVE_CARD:
    case SCARD_W_RESET_CARD:
    case SCARD_E_NOT_READY:
      return kWarmUp;
    case SCARD_E_SHARING_VIOLATION:
      return kOthersLook;
    case SCARD_E_NO_SMARTCARD:
    case SCARD_W_REMOVED_CARD:
      return kBlip;
    default:
      return std::chrono::milliseconds::zero();
  }
}

}  // namespace firstkey::device
