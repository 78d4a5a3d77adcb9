#pragma once
// One item of canonical CBOR in a key's answer, looked at where it lies: nothing is copied, nothing
// allocated by a count the key claims. Minimal heads, definite lengths, keys of maps unique and in
// order, nesting bounded, no tags, no floats, nothing after the item: all checked when parsed, so
// that an accessor can only find another type. Source: CTAP 2.1 §8.

#include <cstdint>
#include <optional>
#include <string_view>

#include "device/error.h"
#include "device/types.h"

namespace firstkey::device {

class CborView {
 public:
  /// `bytes` outlive the view and every view found in it. Errors: kGarbage.
  [[nodiscard]] static Result<CborView> parse(BytesView bytes);

  /// The item that `bytes` begin with; what follows it is left alone. Errors: kGarbage.
  [[nodiscard]] static Result<CborView> parse_first(BytesView bytes);

  // Nothing: the item is of another type, or beyond the number's range.
  [[nodiscard]] std::optional<std::uint64_t> as_unsigned() const;
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] std::optional<bool> as_boolean() const;
  [[nodiscard]] std::optional<BytesView> as_bytes() const;
  /// As the key wrote it: its UTF-8 is not checked.
  [[nodiscard]] std::optional<std::string_view> as_text() const;
  [[nodiscard]] bool is_map() const;

  /// The member of that key. Nothing also where this is no map.
  [[nodiscard]] std::optional<CborView> find(std::int64_t key) const;
  [[nodiscard]] std::optional<CborView> find(std::string_view key) const;

  [[nodiscard]] BytesView encoded() const noexcept { return item_; }

 private:
  explicit CborView(BytesView item) noexcept : item_(item) {}
  template <class IsKey>
  [[nodiscard]] std::optional<CborView> find_if(const IsKey& is_key) const;

  BytesView item_;  // exactly one item, already checked
};

}  // namespace firstkey::device
