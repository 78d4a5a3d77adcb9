#pragma once
// Byte strings and their text forms. Nothing here is secret: secrets live in secret.h.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firstkey::core {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;
using Sha256 = std::array<std::uint8_t, 32>;

[[nodiscard]] BytesView as_bytes(std::string_view text) noexcept;
[[nodiscard]] std::string to_string(BytesView bytes);
[[nodiscard]] Bytes to_bytes(BytesView bytes);

[[nodiscard]] std::string to_hex(BytesView bytes);
/// Nothing unless `text` is an even number of hexadecimal digits, upper or lower case.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Base64url without padding. Source: RFC 4648 §5, WebAuthn L3 §3 (Base64url Encoding).
[[nodiscard]] std::string to_base64url(BytesView bytes);
/// Strict: no padding, no whitespace, no other alphabet, unused trailing bits zero.
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);
/// Base64 with padding. Source: RFC 4648 §4.
[[nodiscard]] std::string to_base64(BytesView bytes);

[[nodiscard]] Sha256 sha256(BytesView bytes);
[[nodiscard]] Sha256 hmac_sha256(BytesView key, BytesView message);

/// Equality whose time depends on the lengths alone.
[[nodiscard]] bool equal_constant_time(BytesView left, BytesView right) noexcept;

}  // namespace firstkey::core
