#pragma once
// The two bytes that end every response APDU. Source: ISO/IEC 7816-4 §5.6; what each means to FIDO:
// CTAP 2.1 §11.3.7 and the U2F raw message formats §3.3.

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

enum class StatusWord : std::uint16_t {
  kOk = 0x9000,
  kUpdate = 0x9100,  ///< CTAP 2.1 §11.3.7.2: still at work, ask again
  kWrongLength = 0x6700,
  kNoChaining = 0x6884,
  kConditionsNotSatisfied = 0x6985,  ///< U2F: touch the key and ask again; else: not now
  kWrongData = 0x6A80,
  kNotFound = 0x6A82,
  kFull = 0x6A84,
  kWrongParameters = 0x6A86,
  kUnknownInstruction = 0x6D00,
  kUnknownClass = 0x6E00,
  kFailed = 0x6F00,
};

[[nodiscard]] inline Bytes response(BytesView body, StatusWord word) {
  Bytes out(body.begin(), body.end());
  append_be16(out, static_cast<std::uint16_t>(word));
  return out;
}

[[nodiscard]] inline Bytes refuse(StatusWord word) {
  return response({}, word);
}

}  // namespace firstkey::device::softkey
