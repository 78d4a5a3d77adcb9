#include "core/webauthn/cbor.h"

#include <algorithm>
#include <array>
#include <limits>

#include <cbor.h>
#include <utf8proc.h>

namespace firstkey::core::webauthn {

namespace {

// The initial byte of an item: RFC 8949 §3.
constexpr std::uint8_t kArgumentBits = 0x1F;
constexpr std::uint8_t kIndefinite = 31;
constexpr unsigned kMajorTypeShift = 5;
constexpr std::uint8_t kMajorTag = 6;
constexpr std::uint8_t kMajorSimple = 7;
constexpr std::uint8_t kHalfFloat = 25;
constexpr std::uint8_t kDoubleFloat = 27;

std::uint8_t major_type(std::uint8_t initial_byte) {
  return static_cast<std::uint8_t>(initial_byte >> kMajorTypeShift);
}

/// Whether `value` could not have been written in a shorter argument than the one it came in.
bool is_minimal(std::uint8_t initial_byte, std::uint64_t value) {
  switch (initial_byte & kArgumentBits) {
    case 24:
      return value >= 24;
    case 25:
      return value > 0xFF;
    case 26:
      return value > 0xFFFF;
    case 27:
      return value > 0xFFFF'FFFF;
    default:
      return true;
  }
}

bool is_utf8(BytesView text) {
  const auto* bytes = text.data();
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(bytes, left, &code_point);
    if (length <= 0) return false;
    bytes += length;
    left -= length;
  }
  return true;
}

/// CTAP2-canonical order of encoded keys: major type, then length, then bytes (CTAP 2.1 §8).
std::strong_ordering compare_keys(BytesView left, BytesView right) {
  if (const auto major = major_type(left.front()) <=> major_type(right.front()); major != 0) {
    return major;
  }
  if (const auto length = left.size() <=> right.size(); length != 0) return length;
  return std::lexicographical_compare_three_way(
      left.begin(), left.end(), right.begin(), right.end());
}

std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

/// What libcbor calls back with, written into an Item.
struct CborReader::Callbacks {
  template <class Value, Kind kKind>
  static void number(void* item, Value value) {
    *static_cast<Item*>(item) = {.kind = kKind, .value = value};
  }
  template <Kind kKind>
  static void string(void* item, cbor_data bytes, std::size_t size) {
    *static_cast<Item*>(item) = {.kind = kKind, .value = size, .payload = {bytes, size}};
  }
  static void null(void* item) { *static_cast<Item*>(item) = {.kind = Kind::kNull}; }

  static cbor_callbacks make() {
    auto callbacks = cbor_empty_callbacks;
    callbacks.uint8 = number<std::uint8_t, Kind::kUnsigned>;
    callbacks.uint16 = number<std::uint16_t, Kind::kUnsigned>;
    callbacks.uint32 = number<std::uint32_t, Kind::kUnsigned>;
    callbacks.uint64 = number<std::uint64_t, Kind::kUnsigned>;
    callbacks.negint8 = number<std::uint8_t, Kind::kNegative>;
    callbacks.negint16 = number<std::uint16_t, Kind::kNegative>;
    callbacks.negint32 = number<std::uint32_t, Kind::kNegative>;
    callbacks.negint64 = number<std::uint64_t, Kind::kNegative>;
    callbacks.byte_string = string<Kind::kBytes>;
    callbacks.string = string<Kind::kText>;
    callbacks.array_start = number<std::size_t, Kind::kArray>;
    callbacks.map_start = number<std::size_t, Kind::kMap>;
    callbacks.boolean = number<bool, Kind::kBool>;
    callbacks.null = null;
    callbacks.undefined = null;
    return callbacks;
  }
};

Result<CborReader::Item> CborReader::read_item() {
  static const cbor_callbacks kCallbacks = Callbacks::make();
  if (input_.size() > kMaxCborSize) return fail(Code::kCborTooLarge);
  const auto rest = input_.subspan(offset_);
  if (rest.empty()) return fail(Code::kCborTruncated);

  const auto initial_byte = rest.front();
  const auto argument = static_cast<std::uint8_t>(initial_byte & kArgumentBits);
  if (argument == kIndefinite) return fail(Code::kCborNotCanonical, "indefinite length");
  const auto major = major_type(initial_byte);
  if (major == kMajorTag) return fail(Code::kCborUnexpectedType, "tag");
  if (major == kMajorSimple && argument >= kHalfFloat && argument <= kDoubleFloat) {
    return fail(Code::kCborUnexpectedType, "float");
  }

  Item item;
  const auto decoded = cbor_stream_decode(rest.data(), rest.size(), &kCallbacks, &item);
  if (decoded.status == CBOR_DECODER_NEDATA) return fail(Code::kCborTruncated);
  if (decoded.status != CBOR_DECODER_FINISHED) {
    return fail(Code::kCborUnexpectedType, "reserved initial byte");
  }
  if (major != kMajorSimple && !is_minimal(initial_byte, item.value)) {
    return fail(Code::kCborNotCanonical, "length or integer longer than needed");
  }
  if (item.kind == Kind::kText && !is_utf8(item.payload)) return fail(Code::kCborInvalidUtf8);
  item.encoded = rest.first(decoded.read);
  offset_ += decoded.read;

  // Every item takes a byte at least and every entry of a map two: a larger count is a lie.
  const auto bytes_an_item = item.kind == Kind::kMap ? 2U : 1U;
  if ((item.kind == Kind::kArray || item.kind == Kind::kMap) &&
      item.value > bytes_left() / bytes_an_item) {
    return fail(Code::kCborTruncated, "count larger than the bytes left");
  }
  return item;
}

Result<CborReader::Item> CborReader::read_item(Kind expected) {
  auto item = read_item();
  if (item && item->kind != expected) return fail(Code::kCborUnexpectedType);
  return item;
}

Result<std::int64_t> CborReader::read_integer() {
  const auto item = read_item();
  if (!item) return std::unexpected(item.error());
  if (item->kind != Kind::kUnsigned && item->kind != Kind::kNegative) {
    return fail(Code::kCborUnexpectedType);
  }
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (item->value > kMax) return fail(Code::kCborUnexpectedType, "integer out of range");
  const auto value = static_cast<std::int64_t>(item->value);
  return item->kind == Kind::kUnsigned ? value : -1 - value;
}

Result<BytesView> CborReader::read_bytes() {
  const auto item = read_item(Kind::kBytes);
  if (!item) return std::unexpected(item.error());
  return item->payload;
}

Result<std::string_view> CborReader::read_text() {
  const auto item = read_item(Kind::kText);
  if (!item) return std::unexpected(item.error());
  return as_text(item->payload);
}

Result<bool> CborReader::read_bool() {
  const auto item = read_item(Kind::kBool);
  if (!item) return std::unexpected(item.error());
  return item->value != 0;
}

Result<std::size_t> CborReader::read_array() {
  const auto item = read_item(Kind::kArray);
  if (!item) return std::unexpected(item.error());
  return item->value;
}

Result<CborMap> CborReader::read_map() {
  const auto item = read_item(Kind::kMap);
  if (!item) return std::unexpected(item.error());
  CborMap map;
  map.entries_left_ = item->value;
  return map;
}

Result<CborReader::Item> CborReader::read_key(CborMap& map) {
  auto item = read_item();
  if (!item) return item;
  if (item->kind == Kind::kArray || item->kind == Kind::kMap) {
    return fail(Code::kCborUnexpectedType, "array or map as a key");
  }
  if (!map.last_key_.empty()) {
    const auto order = compare_keys(map.last_key_, item->encoded);
    if (order == 0) return fail(Code::kCborDuplicateKey);
    if (order > 0) return fail(Code::kCborNotCanonical, "map keys out of order");
  }
  map.last_key_ = item->encoded;
  --map.entries_left_;
  return item;
}

Result<std::optional<std::int64_t>> CborReader::next_integer_key(CborMap& map) {
  if (map.entries_left_ == 0) return std::nullopt;
  const auto item = read_key(map);
  if (!item) return std::unexpected(item.error());
  // Labels of COSE and CTAP are small; one that does not fit an int64 is nobody's.
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool is_integer = item->kind == Kind::kUnsigned || item->kind == Kind::kNegative;
  if (!is_integer || item->value > kMax) return fail(Code::kCborUnexpectedType);
  const auto value = static_cast<std::int64_t>(item->value);
  return item->kind == Kind::kUnsigned ? value : -1 - value;
}

Result<std::optional<std::string_view>> CborReader::next_text_key(CborMap& map) {
  if (map.entries_left_ == 0) return std::nullopt;
  const auto item = read_key(map);
  if (!item) return std::unexpected(item.error());
  if (item->kind != Kind::kText) return fail(Code::kCborUnexpectedType);
  return as_text(item->payload);
}

Result<BytesView> CborReader::read_any(int enclosing_levels) {
  const auto start = offset_;
  if (auto skipped = skip(kMaxCborDepth - enclosing_levels); !skipped) {
    return std::unexpected(skipped.error());
  }
  return input_.subspan(start, offset_ - start);
}

Result<void> CborReader::skip(int levels) {
  const auto item = read_item();
  if (!item) return std::unexpected(item.error());
  const bool is_array = item->kind == Kind::kArray;
  if (!is_array && item->kind != Kind::kMap) return {};
  if (levels == 0) return fail(Code::kCborTooDeep);

  CborMap map;
  map.entries_left_ = item->value;
  for (auto left = item->value; left > 0; --left) {
    if (!is_array) {
      if (auto key = read_key(map); !key) return std::unexpected(key.error());
    }
    if (auto inner = skip(levels - 1); !inner) return inner;
  }
  return {};
}

Result<void> CborReader::expect_end() const {
  if (bytes_left() != 0) return fail(Code::kCborTrailingBytes);
  return {};
}

}  // namespace firstkey::core::webauthn
