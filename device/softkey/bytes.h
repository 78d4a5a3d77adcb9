#pragma once
// Byte strings of the software key. The fields of its protocols are big-endian: CTAPHID, APDUs and
// authenticator data alike.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace firstkey::device::softkey {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;
using Sha256 = std::array<std::uint8_t, 32>;
using Aaguid = std::array<std::uint8_t, 16>;

[[nodiscard]] inline BytesView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline void append(Bytes& to, BytesView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

inline void append_be16(Bytes& to, std::uint16_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8U));
  to.push_back(static_cast<std::uint8_t>(value));
}

inline void append_be32(Bytes& to, std::uint32_t value) {
  append_be16(to, static_cast<std::uint16_t>(value >> 16U));
  append_be16(to, static_cast<std::uint16_t>(value));
}

/// The first two bytes of `from`, which must hold them.
[[nodiscard]] inline std::uint16_t read_be16(BytesView from) {
  return static_cast<std::uint16_t>((from[0] << 8U) | from[1]);
}

[[nodiscard]] inline std::uint32_t read_be32(BytesView from) {
  return (std::uint32_t{read_be16(from)} << 16U) | read_be16(from.subspan(2));
}

}  // namespace firstkey::device::softkey
