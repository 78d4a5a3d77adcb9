#pragma once
// A strict reader of CTAP2-canonical CBOR (CTAP 2.1 §8): definite and minimal lengths, sorted and
// unique map keys, at most four levels, no tags and no floats. It pulls one item at a time from
// libcbor's streaming decoder, which allocates nothing; counts are checked against the bytes left
// before anybody could allocate by them. Views point into the input and live as long as it does.

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/bytes.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

/// CTAP 2.1 §8: nested at most four levels deep.
inline constexpr int kMaxCborDepth = 4;
/// The largest input taken, in bytes. Authenticators answer with at most maxMsgSize, 7609 over
/// CTAPHID; platforms' attestation objects with whole certificate chains stay below this.
inline constexpr std::size_t kMaxCborSize = 32 * 1024;

/// What is left of a map being read, and the last key, so that order and duplicates can be told.
class CborMap {
 public:
  [[nodiscard]] std::size_t entries_left() const noexcept { return entries_left_; }

 private:
  friend class CborReader;
  std::size_t entries_left_ = 0;
  BytesView last_key_;
};

class CborReader {
 public:
  /// Reads `input` from its start.
  explicit CborReader(BytesView input) noexcept : input_(input) {}

  [[nodiscard]] Result<std::int64_t> read_integer();
  [[nodiscard]] Result<BytesView> read_bytes();
  [[nodiscard]] Result<std::string_view> read_text();
  [[nodiscard]] Result<bool> read_bool();
  /// The number of items that follow; never more than there are bytes left.
  [[nodiscard]] Result<std::size_t> read_array();
  [[nodiscard]] Result<CborMap> read_map();

  /// The next key of `map`; nothing after its last entry. The caller reads the value in between.
  /// Errors: kCborUnexpectedType for a key of another type, kCborNotCanonical, kCborDuplicateKey.
  [[nodiscard]] Result<std::optional<std::int64_t>> next_integer_key(CborMap& map);
  [[nodiscard]] Result<std::optional<std::string_view>> next_text_key(CborMap& map);

  /// Checks one item of any kind with everything inside it, and returns its bytes.
  /// `enclosing_levels`: the arrays and maps the caller is already inside of.
  [[nodiscard]] Result<BytesView> read_any(int enclosing_levels = 0);

  /// Errors: kCborTrailingBytes.
  [[nodiscard]] Result<void> expect_end() const;
  [[nodiscard]] std::size_t bytes_left() const noexcept { return input_.size() - offset_; }

 private:
  enum class Kind : std::uint8_t {
    kUnsigned,
    kNegative,
    kBytes,
    kText,
    kArray,
    kMap,
    kBool,
    kNull
  };
  struct Item {
    Kind kind = Kind::kNull;
    std::uint64_t value = 0;  ///< of an integer or bool; the length or count of the others
    BytesView payload;        ///< of a byte or text string
    BytesView encoded;        ///< the item's own bytes: for arrays and maps, the head alone
  };
  struct Callbacks;

  [[nodiscard]] Result<Item> read_item();
  [[nodiscard]] Result<Item> read_item(Kind expected);
  [[nodiscard]] Result<Item> read_key(CborMap& map);
  [[nodiscard]] Result<void> skip(int levels);

  BytesView input_;
  std::size_t offset_ = 0;
};

}  // namespace firstkey::core::webauthn
