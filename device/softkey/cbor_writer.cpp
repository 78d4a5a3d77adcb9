// CTAP 2.1 §8: the writing half of canonical CBOR, and the map both halves use.

#include <algorithm>
#include <array>
#include <concepts>
#include <type_traits>

#include <cbor.h>

#include "device/softkey/cbor.h"

namespace firstkey::device::softkey::cbor {
namespace {

using Head = std::array<std::uint8_t, 9>;  // the longest: one byte and a 64-bit argument

struct Writer {
  Bytes out;

  void operator()(const Null& /*null*/) {
    Head head{};
    append(out, BytesView(head).first(cbor_encode_null(head.data(), head.size())));
  }
  void operator()(bool value) {
    Head head{};
    append(out, BytesView(head).first(cbor_encode_bool(value, head.data(), head.size())));
  }
  void operator()(std::int64_t value) {
    Head head{};
    const auto size =
        value >= 0
            ? cbor_encode_uint(static_cast<std::uint64_t>(value), head.data(), head.size())
            : cbor_encode_negint(static_cast<std::uint64_t>(-1 - value), head.data(), head.size());
    append(out, BytesView(head).first(size));
  }
  void operator()(const Bytes& bytes) {
    Head head{};
    append(out,
           BytesView(head).first(
               cbor_encode_bytestring_start(bytes.size(), head.data(), head.size())));
    append(out, bytes);
  }
  void operator()(const std::string& text) {
    Head head{};
    append(out,
           BytesView(head).first(cbor_encode_string_start(text.size(), head.data(), head.size())));
    append(out, as_bytes(text));
  }
  void operator()(const Array& array) {
    Head head{};
    append(out,
           BytesView(head).first(cbor_encode_array_start(array.size(), head.data(), head.size())));
    for (const auto& item : array) std::visit(*this, item.variant());
  }
  void operator()(const Map& map) {
    std::vector<std::pair<Bytes, Bytes>> encoded;
    for (const auto& [key, value] : map.members()) encoded.emplace_back(encode(key), encode(value));
    std::ranges::sort(encoded);
    Head head{};
    append(out,
           BytesView(head).first(cbor_encode_map_start(encoded.size(), head.data(), head.size())));
    for (const auto& [key, value] : encoded) {
      append(out, key);
      append(out, value);
    }
  }
};

template <typename Stored, typename Key>
const Value* find_member(const std::vector<Member>& members, Key key) {
  const auto found = std::ranges::find_if(members, [&](const Member& member) {
    const auto* stored = member.key.as<Stored>();
    return stored != nullptr && *stored == key;
  });
  return found == members.end() ? nullptr : &found->value;
}

}  // namespace

Map::Map() = default;
Map::Map(const Map& other) = default;
Map::Map(Map&& other) noexcept = default;
Map& Map::operator=(const Map& other) = default;
Map& Map::operator=(Map&& other) noexcept = default;
Map::~Map() = default;
Map::Map(std::initializer_list<Member> members) : members_(members) {}

void Map::add(Value key, Value value) {
  members_.push_back({std::move(key), std::move(value)});
}

const Value* Map::find(std::int64_t key) const {
  return find_member<std::int64_t>(members_, key);
}

const Value* Map::find(std::string_view key) const {
  return find_member<std::string>(members_, key);
}

Bytes encode(const Value& value) {
  Writer writer;
  std::visit(writer, value.variant());
  return std::move(writer.out);
}

}  // namespace firstkey::device::softkey::cbor
