#pragma once
// CTAP2 canonical CBOR: a strict reader of what clients send and a writer that cannot write
// anything else. The reader takes one whole item: minimal heads, definite lengths, map keys unique
// and in order, at most four levels, no tags, floats or trailing bytes. Source: CTAP 2.1 §8.
// Nothing is allocated by a length a client claims: an item must be there to be kept.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "device/softkey/bytes.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey::cbor {

class Value;
struct Member;
using Array = std::vector<Value>;
using Null = std::monostate;

/// A map in the order it was read or built; encode() sorts. Its special members are written down
/// because the members it holds are complete only further below.
class Map {
 public:
  Map();
  Map(std::initializer_list<Member> members);
  Map(const Map& other);
  Map(Map&& other) noexcept;
  Map& operator=(const Map& other);
  Map& operator=(Map&& other) noexcept;
  ~Map();

  void add(Value key, Value value);
  [[nodiscard]] const Value* find(std::int64_t key) const;
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] bool is_empty() const { return members_.empty(); }

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  using Variant = std::variant<Null, bool, std::int64_t, Bytes, std::string, Array, Map>;

  Value() = default;
  // NOLINTBEGIN(google-explicit-constructor): literals and parts become values where maps and
  // arrays are written down.
  Value(bool value) : value_(value) {}
  Value(int value) : value_(std::int64_t{value}) {}
  Value(std::int64_t value) : value_(value) {}
  Value(const char* value) : value_(std::string(value)) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(Bytes value) : value_(std::move(value)) {}
  Value(BytesView value) : value_(Bytes(value.begin(), value.end())) {}
  Value(Array value) : value_(std::move(value)) {}
  Value(Map value) : value_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)

  /// The value if it is a T, else null.
  template <typename T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&value_);
  }
  [[nodiscard]] const Variant& variant() const { return value_; }

 private:
  Variant value_;
};

struct Member {
  Value key;
  Value value;
};

/// Errors: kInvalidCbor for anything that is not one canonical item.
[[nodiscard]] Result<Value> decode(BytesView bytes);
[[nodiscard]] Bytes encode(const Value& value);

}  // namespace firstkey::device::softkey::cbor
