#pragma once
// Typed look-ups in a CBOR map, with the status a client hears when the map does not hold them.

#include "device/softkey/cbor.h"

namespace firstkey::device::softkey {

/// The member `key` as a T; null if there is none.
/// Errors: kCborUnexpectedType if it is something else.
template <typename T, typename Key>
[[nodiscard]] Result<const T*> optional_field(const cbor::Map& map, Key key) {
  const cbor::Value* value = map.find(key);
  if (value == nullptr) return nullptr;
  const T* field = value->as<T>();
  if (field == nullptr) return std::unexpected(Status::kCborUnexpectedType);
  return field;
}

/// Never null. Errors: those of optional_field, and kMissingParameter.
template <typename T, typename Key>
[[nodiscard]] Result<const T*> required_field(const cbor::Map& map, Key key) {
  const auto field = optional_field<T>(map, key);
  if (field && *field == nullptr) return std::unexpected(Status::kMissingParameter);
  return field;
}

}  // namespace firstkey::device::softkey
