#pragma once
// JSON read so that two readers cannot disagree about it: bounded, strictly RFC 8259, valid UTF-8,
// and without duplicate members, of which a lenient parser would silently keep one.

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

namespace firstkey::core {

enum class JsonFault : std::uint8_t { kTooLarge, kMalformed, kDuplicateMember };

struct JsonError {
  JsonFault fault = JsonFault::kMalformed;
  std::string detail;  ///< in words, without what the text says
};

/// `max_size` in bytes.
[[nodiscard]] std::expected<boost::json::value, JsonError> parse_strict_json(std::string_view text,
                                                                             std::size_t max_size);

/// Room for a document on the caller's stack, for who reads many: a registration's fits, so that
/// reading it allocates nothing. What does not fit is allocated.
class JsonMemory {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): room is written before it is read
  JsonMemory() : resource_(room_.data(), room_.size()) {}
  JsonMemory(const JsonMemory&) = delete;
  JsonMemory& operator=(const JsonMemory&) = delete;
  ~JsonMemory() = default;

  [[nodiscard]] boost::json::storage_ptr storage() noexcept { return &resource_; }

 private:
  std::array<unsigned char, 4096> room_;
  boost::json::monotonic_resource resource_;
};

/// The same; `memory` outlives the value.
[[nodiscard]] std::expected<boost::json::value, JsonError> parse_strict_json(std::string_view text,
                                                                             std::size_t max_size,
                                                                             JsonMemory& memory);

}  // namespace firstkey::core
