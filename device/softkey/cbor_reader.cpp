// CTAP 2.1 §8: the reading half of canonical CBOR, over libcbor's streaming decoder. That decoder
// takes heads of any width and leaves nesting, order and lengths to its caller: all checked here.

#include <algorithm>
#include <limits>
#include <optional>

#include <cbor.h>

#include "device/softkey/cbor.h"
#include "device/softkey/utf8.h"

namespace firstkey::device::softkey::cbor {
namespace {

constexpr int kMaximumDepth = 4;  // CTAP 2.1 §8: at most four levels of maps and arrays

struct ArrayHead {
  std::uint64_t count = 0;
};
struct MapHead {
  std::uint64_t count = 0;
};

/// What one call of the decoder saw: a whole scalar or string, or the head of a container.
struct Element {
  std::variant<std::monostate, Value, ArrayHead, MapHead> seen;
  std::uint64_t argument = 0;  ///< the number in the head: value, length or count
  std::size_t body_size = 0;   ///< bytes after the head
};

void keep_unsigned(void* context, std::uint64_t argument) {
  if (argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return;
  *static_cast<Element*>(context) = {Value(static_cast<std::int64_t>(argument)), argument, 0};
}

void keep_negative(void* context, std::uint64_t argument) {
  if (argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return;
  *static_cast<Element*>(context) = {Value(-1 - static_cast<std::int64_t>(argument)), argument, 0};
}

/// Callbacks not set here (tags, floats, indefinite lengths, undefined) leave the element empty,
/// which the reader refuses.
cbor_callbacks make_callbacks() {
  cbor_callbacks callbacks = cbor_empty_callbacks;
  callbacks.uint8 = [](void* to, std::uint8_t value) { keep_unsigned(to, value); };
  callbacks.uint16 = [](void* to, std::uint16_t value) { keep_unsigned(to, value); };
  callbacks.uint32 = [](void* to, std::uint32_t value) { keep_unsigned(to, value); };
  callbacks.uint64 = [](void* to, std::uint64_t value) { keep_unsigned(to, value); };
  callbacks.negint8 = [](void* to, std::uint8_t value) { keep_negative(to, value); };
  callbacks.negint16 = [](void* to, std::uint16_t value) { keep_negative(to, value); };
  callbacks.negint32 = [](void* to, std::uint32_t value) { keep_negative(to, value); };
  callbacks.negint64 = [](void* to, std::uint64_t value) { keep_negative(to, value); };
  callbacks.boolean = [](void* to, bool value) {
    *static_cast<Element*>(to) = {Value(value), 0, 0};
  };
  callbacks.null = [](void* to) { *static_cast<Element*>(to) = {Value(), 0, 0}; };
  callbacks.byte_string = [](void* to, cbor_data bytes, auto size) {
    *static_cast<Element*>(to) = {Value(BytesView(bytes, size)), size, size};
  };
  callbacks.string = [](void* to, cbor_data bytes, auto size) {
    const BytesView text(bytes, size);
    if (count_code_points(text)) {
      *static_cast<Element*>(to) = {Value(std::string(text.begin(), text.end())), size, size};
    }
  };
  callbacks.array_start = [](void* to, auto count) {
    *static_cast<Element*>(to) = {ArrayHead{count}, count, 0};
  };
  callbacks.map_start = [](void* to, auto count) {
    *static_cast<Element*>(to) = {MapHead{count}, count, 0};
  };
  return callbacks;
}

std::size_t minimal_head_size(std::uint64_t argument) {
  if (argument < 24) return 1;
  if (argument <= 0xFF) return 2;
  if (argument <= 0xFFFF) return 3;
  return argument <= 0xFFFFFFFF ? 5 : 9;
}

class Reader {
 public:
  explicit Reader(BytesView bytes) : left_(bytes) {}

  std::optional<Value> read_item(int depth) {
    const auto element = read_element();
    if (!element) return {};
    if (const auto* value = std::get_if<Value>(&element->seen)) return *value;
    if (depth == kMaximumDepth) return {};
    if (const auto* array = std::get_if<ArrayHead>(&element->seen))
      return read_array(*array, depth);
    if (const auto* map = std::get_if<MapHead>(&element->seen)) return read_map(*map, depth);
    return {};
  }

  [[nodiscard]] bool is_at_end() const { return left_.empty(); }

 private:
  std::optional<Element> read_element() {
    static const cbor_callbacks kCallbacks = make_callbacks();
    Element element;
    const auto result = cbor_stream_decode(left_.data(), left_.size(), &kCallbacks, &element);
    if (result.status != CBOR_DECODER_FINISHED) return {};
    if (std::holds_alternative<std::monostate>(element.seen)) return {};
    if (result.read != minimal_head_size(element.argument) + element.body_size) return {};
    left_ = left_.subspan(result.read);
    return element;
  }

  std::optional<Value> read_array(ArrayHead head, int depth) {
    Array array;
    for (std::uint64_t i = 0; i < head.count; ++i) {
      auto item = read_item(depth + 1);
      if (!item) return {};
      array.push_back(std::move(*item));
    }
    return Value(std::move(array));
  }

  std::optional<Value> read_map(MapHead head, int depth) {
    Map map;
    BytesView previous_key;
    for (std::uint64_t i = 0; i < head.count; ++i) {
      const BytesView before = left_;
      auto key = read_item(kMaximumDepth);
      if (!key || (key->as<std::int64_t>() == nullptr && key->as<std::string>() == nullptr))
        return {};
      // With minimal heads, the canonical order of keys is the byte order of their encodings.
      const BytesView key_bytes = before.first(before.size() - left_.size());
      if (!std::ranges::lexicographical_compare(previous_key, key_bytes)) return {};
      previous_key = key_bytes;
      auto value = read_item(depth + 1);
      if (!value) return {};
      map.add(std::move(*key), std::move(*value));
    }
    return Value(std::move(map));
  }

  BytesView left_;
};

}  // namespace

Result<Value> decode(BytesView bytes) {
  Reader reader(bytes);
  auto value = reader.read_item(0);
  if (!value || !reader.is_at_end()) return std::unexpected(Status::kInvalidCbor);
  return std::move(*value);
}

}  // namespace firstkey::device::softkey::cbor
