#include "core/strict_json.h"

#include <array>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value_stack.hpp>

namespace firstkey::core {

namespace {

namespace json = boost::json;

std::unexpected<JsonError> refused(JsonFault fault, std::string detail) {
  return std::unexpected(JsonError{.fault = fault, .detail = std::move(detail)});
}

constexpr std::size_t kMaxDepth = 16;  // no document here nests more than six levels

/// Builds the value while counting the members that the text has. Boost.JSON keeps the last of
/// members of one name; the value then has fewer than the text, which is how they are found.
class ValueBuilder {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the names and shapes are Boost.JSON's.
  static constexpr std::size_t max_object_size = 1'000;
  static constexpr std::size_t max_array_size = 10'000;
  static constexpr std::size_t max_key_size = 1'000;
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  // NOLINTEND(readability-identifier-naming)
  using Failure = json::error_code;

  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): room is written before it is read
  explicit ValueBuilder(json::storage_ptr storage) : stack_({}, scratch_.data(), scratch_.size()) {
    stack_.reset(std::move(storage));
  }

  [[nodiscard]] json::value release() { return stack_.release(); }
  [[nodiscard]] std::size_t members() const { return members_; }

  bool on_document_begin(Failure& /*error*/) { return true; }
  bool on_document_end(Failure& /*error*/) { return true; }
  bool on_object_begin(Failure& /*error*/) { return true; }
  bool on_object_end(std::size_t count, Failure& /*error*/) {
    members_ += count;
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(Failure& /*error*/) { return true; }
  bool on_array_end(std::size_t count, Failure& /*error*/) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t /*size*/, Failure& /*error*/) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t /*size*/, Failure& /*error*/) {
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t /*size*/, Failure& /*error*/) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t /*size*/, Failure& /*error*/) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view /*part*/, Failure& /*error*/) { return true; }
  bool on_int64(std::int64_t value, json::string_view /*text*/, Failure& /*error*/) {
    stack_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view /*text*/, Failure& /*error*/) {
    stack_.push_uint64(value);
    return true;
  }
  bool on_double(double value, json::string_view /*text*/, Failure& /*error*/) {
    stack_.push_double(value);
    return true;
  }
  bool on_bool(bool value, Failure& /*error*/) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(Failure& /*error*/) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view /*part*/, Failure& /*error*/) { return true; }
  bool on_comment(json::string_view /*part*/, Failure& /*error*/) { return true; }

 private:
  static constexpr std::size_t kScratch = 2048;  // what is open of a registration's JSON fits

  std::array<unsigned char, kScratch> scratch_;
  json::value_stack stack_;
  std::size_t members_ = 0;
};

std::size_t count_members(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += count_members(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& entry : *array) count += count_members(entry);
  }
  return count;
}

json::parse_options strict_options() {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  return options;
}

std::expected<json::value, JsonError> parse(std::string_view text,
                                            std::size_t max_size,
                                            json::storage_ptr storage) {
  if (text.size() > max_size) return refused(JsonFault::kTooLarge, "the text is too long");
  json::error_code error;
  json::basic_parser<ValueBuilder> parser(strict_options(), std::move(storage));
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  if (error) return refused(JsonFault::kMalformed, error.message());
  if (read != text.size()) return refused(JsonFault::kMalformed, "text after its end");
  auto value = parser.handler().release();
  if (count_members(value) != parser.handler().members()) {
    return refused(JsonFault::kDuplicateMember, "an object has two members of one name");
  }
  return value;
}

}  // namespace

std::expected<json::value, JsonError> parse_strict_json(std::string_view text,
                                                        std::size_t max_size) {
  constexpr std::size_t kFirstBlock = 4096;  // so that reading what is small allocates once
  return parse(text, max_size, json::make_shared_resource<json::monotonic_resource>(kFirstBlock));
}

std::expected<json::value, JsonError> parse_strict_json(std::string_view text,
                                                        std::size_t max_size,
                                                        JsonMemory& memory) {
  return parse(text, max_size, memory.storage());
}

}  // namespace firstkey::core
