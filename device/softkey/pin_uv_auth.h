#pragma once
// The proof in a request that its sender holds a token: pinUvAuthParam and the protocol it was made
// under. Source: CTAP 2.1 §6.1.2 step 2, and the first steps of §6.8, §6.10 and §6.11.

#include <optional>

#include "device/softkey/cbor.h"
#include "device/softkey/pin_protocol.h"

namespace firstkey::device::softkey {

struct PinUvAuth {
  ProtocolVersion version = ProtocolVersion::kOne;
  Bytes param;
};

/// Which members of a request the two are.
struct PinUvAuthKeys {
  int param = 0;
  int protocol = 0;
};

/// Errors: kInvalidParameter for any protocol but one and two.
[[nodiscard]] Result<ProtocolVersion> protocol_from(std::int64_t number);

/// Nothing if there is no param. An empty one asks for a touch and nothing else, whatever the
/// protocol. Errors: kMissingParameter without a protocol, and those of protocol_from.
[[nodiscard]] Result<std::optional<PinUvAuth>> optional_pin_uv_auth(const cbor::Map& request,
                                                                    PinUvAuthKeys keys);

/// Errors: kPuatRequired without a param, and those of optional_pin_uv_auth.
[[nodiscard]] Result<PinUvAuth> required_pin_uv_auth(const cbor::Map& request, PinUvAuthKeys keys);

}  // namespace firstkey::device::softkey
