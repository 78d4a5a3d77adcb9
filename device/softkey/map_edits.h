#pragma once
// Maps of CBOR with one value changed, for quirks that spoil what an honest key has written.

#include <optional>

#include "device/softkey/cbor.h"

namespace firstkey::device::softkey {

/// `map` with the value at `at`, a look-up in it, replaced; without `value`, left out.
[[nodiscard]] inline cbor::Map with_value(const cbor::Map& map,
                                          const cbor::Value* at,
                                          const std::optional<cbor::Value>& value) {
  cbor::Map changed;
  for (const auto& member : map.members()) {
    if (at != &member.value) {
      changed.add(member.key, member.value);
    } else if (value) {
      changed.add(member.key, *value);
    }
  }
  return changed;
}

[[nodiscard]] inline cbor::Map with_member(const cbor::Map& map,
                                           int key,
                                           const std::optional<cbor::Value>& value) {
  return with_value(map, map.find(key), value);
}

/// The member `key`, or an empty T.
template <typename T>
[[nodiscard]] T member(const cbor::Map& map, int key) {
  const auto* value = map.find(key);
  const T* found = value == nullptr ? nullptr : value->as<T>();
  return found == nullptr ? T{} : *found;
}

/// The map that follows the first byte of a request or an answer, if one does.
[[nodiscard]] inline std::optional<cbor::Map> map_in(BytesView message) {
  if (message.empty()) return {};
  const auto body = cbor::decode(message.subspan(1));
  const auto* map = body ? body->as<cbor::Map>() : nullptr;
  return map == nullptr ? std::nullopt : std::optional(*map);
}

}  // namespace firstkey::device::softkey
