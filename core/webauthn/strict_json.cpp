#include "core/webauthn/strict_json.h"

#include <utility>

#include "core/webauthn/base64url.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

std::unexpected<Error> refused(const JsonError& error) {
  switch (error.fault) {
    case JsonFault::kTooLarge:
      return fail(Code::kJsonTooLarge);
    case JsonFault::kMalformed:
      return fail(Code::kJsonMalformed, error.detail);
    case JsonFault::kDuplicateMember:
      return fail(Code::kJsonDuplicateMember);
  }
  return fail(Code::kJsonMalformed);
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
  auto value = core::parse_strict_json(text, max_size);
  if (!value) return refused(value.error());
  return std::move(value.value());
}

Result<json::value> parse_strict_json(std::string_view text,
                                      std::size_t max_size,
                                      JsonMemory& memory) {
  auto value = core::parse_strict_json(text, max_size, memory);
  if (!value) return refused(value.error());
  return std::move(value.value());
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
