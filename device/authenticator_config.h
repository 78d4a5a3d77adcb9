#pragma once
// authenticatorConfig, in our own messages: libfido2 1.12 proves no parameters longer than 128
// bytes, which a few relying parties exceed. Source: CTAP 2.1 §6.11.

#include <string>
#include <vector>

#include "device/pin_uv_auth.h"

namespace firstkey::device {

/// What is asked of authenticatorConfig: one member set.
struct ConfigRequest {
  enum class Kind : std::uint8_t {
    kEnableEnterpriseAttestation = 0x01,
    kToggleAlwaysUv = 0x02,
    kSetMinPinLength = 0x03,
  };
  Kind kind = Kind::kSetMinPinLength;
  Bytes params;  ///< a CBOR map, or empty for none

  [[nodiscard]] static ConfigRequest min_pin_length(std::uint64_t code_points);
  [[nodiscard]] static ConfigRequest min_pin_length_rp_ids(const std::vector<std::string>& rp_ids);
  [[nodiscard]] static ConfigRequest force_pin_change();
};

/// A key whose user can be verified wants that proved; another takes the request as it is.
/// Errors: kUnsupportedOption (no authenticatorConfig); those of get_pin_uv_auth_token and of
/// OpenKey::exchange.
[[nodiscard]] Result<void> configure(OpenKey& key,
                                     const ConfigRequest& request,
                                     const Pin* pin,
                                     RunningCall& call);

}  // namespace firstkey::device
