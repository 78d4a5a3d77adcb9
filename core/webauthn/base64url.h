#pragma once
// Base64url of what clients send, for speed: core/bytes decodes in constant time, which no response
// needs, and took a third of the time of everything outside OpenSSL.

#include <optional>
#include <string_view>

#include "core/bytes.h"

namespace firstkey::core::webauthn {

/// As strict as from_base64url(): no padding, no whitespace, no other alphabet, unused trailing
/// bits zero. Source: RFC 4648 §5; WebAuthn L3 §3 (Base64url Encoding).
[[nodiscard]] std::optional<Bytes> decode_base64url(std::string_view text);

/// Base64 with its padding, as certificates stand in JSON; whitespace is passed over, for published
/// metadata has lines in it. Source: RFC 4648 §4.
[[nodiscard]] std::optional<Bytes> decode_base64(std::string_view text);

}  // namespace firstkey::core::webauthn
