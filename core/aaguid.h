#pragma once
// The AAGUID: which model of authenticator a key says it is. WebAuthn L3 §6.5.1.

#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace firstkey::core {

/// As a UUID: "ee882879-721c-4913-9775-3dfcce97072a". Of other than 16 bytes the bare hex.
/// Source: Graph fido2AuthenticationMethod aaGuid; RFC 9562 §4.
[[nodiscard]] std::string aaguid_text(BytesView aaguid);

/// Nothing unless `text` is a UUID with its hyphens, in upper or lower case.
[[nodiscard]] std::optional<Bytes> aaguid_from_text(std::string_view text);

}  // namespace firstkey::core
