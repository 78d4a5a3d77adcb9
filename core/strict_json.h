#pragma once
// JSON read so that two readers cannot disagree about it: bounded, strictly RFC 8259, valid UTF-8,
// and without duplicate members, of which a lenient parser would silently keep one.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

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

}  // namespace firstkey::core
