#pragma once
// CBOR written by hand, canonical or not: the caller chooses the order of keys, and raw bytes can
// stand wherever an item does.

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace firstkey::tests::cbor {

/// The head of an item: `major` is 0..7. Source: RFC 8949 §3.
[[nodiscard]] inline core::Bytes head(unsigned major, std::uint64_t argument) {
  const auto initial = static_cast<std::uint8_t>(major << 5U);
  if (argument < 24) return {static_cast<std::uint8_t>(initial | argument)};
  unsigned size = 8;
  if (argument <= 0xFF) {
    size = 1;
  } else if (argument <= 0xFFFF) {
    size = 2;
  } else if (argument <= 0xFFFF'FFFF) {
    size = 4;
  }
  const auto code = size == 1 ? 24U : size == 2 ? 25U : size == 4 ? 26U : 27U;
  core::Bytes bytes{static_cast<std::uint8_t>(initial | code)};
  for (auto left = size; left > 0; --left) {
    bytes.push_back(static_cast<std::uint8_t>(argument >> (8 * (left - 1))));
  }
  return bytes;
}

inline void append(core::Bytes& to, core::BytesView part) {
  to.insert(to.end(), part.begin(), part.end());
}

[[nodiscard]] inline core::Bytes integer(std::int64_t value) {
  return value >= 0 ? head(0, static_cast<std::uint64_t>(value))
                    : head(1, static_cast<std::uint64_t>(-1 - value));
}
[[nodiscard]] inline core::Bytes bytes(core::BytesView value) {
  auto item = head(2, value.size());
  append(item, value);
  return item;
}
[[nodiscard]] inline core::Bytes text(std::string_view value) {
  auto item = head(3, value.size());
  append(item, core::as_bytes(value));
  return item;
}
[[nodiscard]] inline core::Bytes boolean(bool value) {
  return {static_cast<std::uint8_t>(value ? 0xF5 : 0xF4)};
}
[[nodiscard]] inline core::Bytes array(const std::vector<core::Bytes>& items) {
  auto item = head(4, items.size());
  for (const auto& inner : items) append(item, inner);
  return item;
}
/// Keys stay in the order given.
[[nodiscard]] inline core::Bytes map(
    const std::vector<std::pair<core::Bytes, core::Bytes>>& entries) {
  auto item = head(5, entries.size());
  for (const auto& [key, value] : entries) {
    append(item, key);
    append(item, value);
  }
  return item;
}

}  // namespace firstkey::tests::cbor
