#include "core/webauthn/strict_json.h"

#include <array>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value_stack.hpp>

#include "core/webauthn/base64url.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 16;  // WebAuthn's own dictionaries nest four levels

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

  ValueBuilder() : stack_({}, scratch_.data(), scratch_.size()) {
    stack_.reset(json::make_shared_resource<json::monotonic_resource>(kFirstBlock));
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
  // A registration's JSON of 2 KiB fits both, so that reading it allocates once.
  static constexpr std::size_t kFirstBlock = 4096;
  static constexpr std::size_t kScratch = 2048;

  std::array<unsigned char, kScratch> scratch_{};
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

std::unexpected<Error> missing(std::string_view name) {
  return fail(Code::kJsonMemberMissing, std::string(name));
}

std::unexpected<Error> invalid(std::string_view name) {
  return fail(Code::kJsonMemberInvalid, std::string(name));
}

const json::value* find(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

Result<json::value> parse_strict_json(std::string_view text, std::size_t max_size) {
  if (text.size() > max_size) return fail(Code::kJsonTooLarge);
  json::error_code error;
  json::basic_parser<ValueBuilder> parser(strict_options());
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  if (error) return fail(Code::kJsonMalformed, error.message());
  if (read != text.size()) return fail(Code::kJsonMalformed, "text after its end");
  auto value = parser.handler().release();
  if (count_members(value) != parser.handler().members()) return fail(Code::kJsonDuplicateMember);
  return value;
}

Result<const json::object*> as_object(const json::value& value, std::string_view what) {
  if (const auto* object = value.if_object()) return object;
  return invalid(what);
}

Result<std::optional<std::string>> maybe_text(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return invalid(name);
  return std::string(value->get_string());
}

Result<std::optional<Bytes>> maybe_bytes(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return invalid(name);
  auto bytes = decode_base64url({value->get_string().data(), value->get_string().size()});
  if (!bytes) return fail(Code::kJsonBase64urlInvalid, std::string(name));
  return bytes;
}

Result<std::string> need_text(const json::object& object, std::string_view name) {
  auto text = maybe_text(object, name);
  if (!text) return std::unexpected(text.error());
  if (!text.value()) return missing(name);
  return std::move(text.value().value());
}

Result<Bytes> need_bytes(const json::object& object, std::string_view name) {
  auto bytes = maybe_bytes(object, name);
  if (!bytes) return std::unexpected(bytes.error());
  if (!bytes.value()) return missing(name);
  return std::move(bytes.value().value());
}

Result<std::optional<bool>> maybe_bool(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return invalid(name);
  return value->get_bool();
}

Result<std::optional<std::int64_t>> maybe_integer(const json::object& object,
                                                  std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64()) return invalid(name);
  return value->get_int64();
}

Result<const json::object*> maybe_object(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return nullptr;
  return as_object(*value, name);
}

Result<const json::object*> need_object(const json::object& object, std::string_view name) {
  const auto found = maybe_object(object, name);
  if (found && found.value() == nullptr) return missing(name);
  return found;
}

Result<const json::array*> maybe_array(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return nullptr;
  if (const auto* array = value->if_array()) return array;
  return invalid(name);
}

Result<std::vector<std::string>> maybe_texts(const json::object& object, std::string_view name) {
  const auto array = maybe_array(object, name);
  if (!array) return std::unexpected(array.error());
  std::vector<std::string> texts;
  if (array.value() == nullptr) return texts;
  for (const auto& entry : *array.value()) {
    if (!entry.is_string()) return invalid(name);
    texts.emplace_back(entry.get_string());
  }
  return texts;
}

}  // namespace firstkey::core::webauthn
