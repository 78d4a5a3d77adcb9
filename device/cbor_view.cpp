#include "device/cbor_view.h"

#include <algorithm>
#include <limits>

namespace firstkey::device {

namespace {

// Source: RFC 8949 §3.1 (major types), §3.3 (simple values).
enum class Major : std::uint8_t {
  kUnsigned = 0,
  kNegative = 1,
  kBytes = 2,
  kText = 3,
  kArray = 4,
  kMap = 5,
  kTag = 6,
  kSimple = 7,
};
constexpr std::uint64_t kFalse = 20;
constexpr std::uint64_t kTrue = 21;
constexpr std::uint64_t kNull = 22;

/// The largest argument that sits in the initial byte itself; 24 to 27 say how many bytes hold it.
constexpr std::uint8_t kMaxInline = 23;
constexpr std::uint8_t kMaxSized = 27;
/// CTAP allows four levels; attestation statements with lists of certificates need no more.
constexpr int kMaxDepth = 8;

struct Head {
  Major major = Major::kUnsigned;
  std::uint64_t argument = 0;
  std::size_t size = 0;
};

/// Nothing: cut off, of indefinite length, or longer than it need be.
std::optional<Head> read_head(BytesView bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto low = static_cast<std::uint8_t>(bytes[0] & 0x1FU);
  Head head{.major = Major{static_cast<std::uint8_t>(bytes[0] >> 5U)}, .argument = low, .size = 1};
  if (low <= kMaxInline) return head;
  if (low > kMaxSized) return std::nullopt;
  const std::size_t width = std::size_t{1} << (low - kMaxInline - 1U);
  if (bytes.size() < 1 + width) return std::nullopt;
  head.argument = 0;
  for (const auto byte : bytes.subspan(1, width)) head.argument = head.argument << 8U | byte;
  head.size += width;
  const auto least = width == 1 ? kMaxInline + 1U : std::uint64_t{1} << (width * 4U);
  if (head.argument < least) return std::nullopt;
  return head;
}

std::optional<std::size_t> item_size(BytesView bytes, int depth);

std::optional<std::size_t> array_size(BytesView bytes, const Head& head, int depth) {
  auto size = head.size;
  for (std::uint64_t i = 0; i < head.argument; ++i) {
    const auto item = item_size(bytes.subspan(size), depth + 1);
    if (!item) return std::nullopt;
    size += *item;
  }
  return size;
}

std::optional<std::size_t> map_size(BytesView bytes, const Head& head, int depth) {
  auto size = head.size;
  BytesView last_key;
  for (std::uint64_t i = 0; i < head.argument; ++i) {
    const auto key_size = item_size(bytes.subspan(size), depth + 1);
    if (!key_size) return std::nullopt;
    // With minimal heads, the canonical order of keys is the byte order of their encodings.
    const auto key = bytes.subspan(size, *key_size);
    if (!std::ranges::lexicographical_compare(last_key, key)) return std::nullopt;
    last_key = key;
    size += *key_size;
    const auto value_size = item_size(bytes.subspan(size), depth + 1);
    if (!value_size) return std::nullopt;
    size += *value_size;
  }
  return size;
}

/// The bytes that the item at the front takes; nothing when it is not what CTAP allows.
std::optional<std::size_t> item_size(BytesView bytes, int depth) {
  const auto head = read_head(bytes);
  if (!head || depth > kMaxDepth) return std::nullopt;
  switch (head->major) {
    case Major::kUnsigned:
    case Major::kNegative:
      return head->size;
    case Major::kBytes:
    case Major::kText:
      if (head->argument > bytes.size() - head->size) return std::nullopt;
      return head->size + static_cast<std::size_t>(head->argument);
    case Major::kArray:
      return array_size(bytes, *head, depth);
    case Major::kMap:
      return map_size(bytes, *head, depth);
    case Major::kTag:
      return std::nullopt;
    case Major::kSimple:
      if (head->size != 1 || head->argument < kFalse || head->argument > kNull) return std::nullopt;
      return head->size;
  }
  return std::nullopt;
}

/// The head of an item that item_size() has passed.
Head head_of(BytesView item) {
  return read_head(item).value_or(Head{.major = Major::kTag});
}

}  // namespace

Result<CborView> CborView::parse(BytesView bytes) {
  auto first = parse_first(bytes);
  if (!first || first->item_.size() == bytes.size()) return first;
  return std::unexpected(
      Error{.code = ErrorCode::kGarbage, .detail = "an answer goes on after its CBOR"});
}

Result<CborView> CborView::parse_first(BytesView bytes) {
  if (const auto size = item_size(bytes, 0)) return CborView(bytes.first(*size));
  return std::unexpected(
      Error{.code = ErrorCode::kGarbage, .detail = "an answer is not canonical CBOR"});
}

std::optional<std::uint64_t> CborView::as_unsigned() const {
  const auto head = head_of(item_);
  return head.major == Major::kUnsigned ? std::optional(head.argument) : std::nullopt;
}

std::optional<std::int64_t> CborView::as_integer() const {
  const auto head = head_of(item_);
  if (head.argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return std::nullopt;
  const auto argument = static_cast<std::int64_t>(head.argument);
  if (head.major == Major::kUnsigned) return argument;
  return head.major == Major::kNegative ? std::optional(-1 - argument) : std::nullopt;
}

std::optional<bool> CborView::as_boolean() const {
  const auto head = head_of(item_);
  if (head.major != Major::kSimple || head.argument == kNull) return std::nullopt;
  return head.argument == kTrue;
}

std::optional<BytesView> CborView::as_bytes() const {
  const auto head = head_of(item_);
  return head.major == Major::kBytes ? std::optional(item_.subspan(head.size)) : std::nullopt;
}

std::optional<std::string_view> CborView::as_text() const {
  const auto head = head_of(item_);
  if (head.major != Major::kText) return std::nullopt;
  const auto letters = item_.subspan(head.size);
  return std::string_view(reinterpret_cast<const char*>(letters.data()), letters.size());
}

bool CborView::is_map() const {
  return head_of(item_).major == Major::kMap;
}

template <class IsKey>
std::optional<CborView> CborView::find_if(const IsKey& is_key) const {
  const auto head = head_of(item_);
  if (head.major != Major::kMap) return std::nullopt;
  auto rest = item_.subspan(head.size);
  while (!rest.empty()) {
    const CborView key(rest.first(item_size(rest, 0).value_or(rest.size())));
    rest = rest.subspan(key.item_.size());
    const CborView value(rest.first(item_size(rest, 0).value_or(rest.size())));
    rest = rest.subspan(value.item_.size());
    if (is_key(key)) return value;
  }
  return std::nullopt;
}

std::optional<CborView> CborView::find(std::int64_t key) const {
  return find_if([&](const CborView& found) { return found.as_integer() == key; });
}

std::optional<CborView> CborView::find(std::string_view key) const {
  return find_if([&](const CborView& found) { return found.as_text() == key; });
}

}  // namespace firstkey::device
