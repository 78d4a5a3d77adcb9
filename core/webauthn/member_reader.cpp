#include "core/webauthn/member_reader.h"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "core/webauthn/base64url.h"

namespace firstkey::core::webauthn {

namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

/// Some relying parties write ids in standard base64, and have been seen to get its padding wrong.
std::optional<Bytes> decode_any_base64(std::string_view text) {
  std::string symbols(text);
  for (int padding = 0; padding < 2 && symbols.ends_with('='); ++padding) symbols.pop_back();
  std::ranges::replace(symbols, '+', '-');
  std::ranges::replace(symbols, '/', '_');
  return decode_base64url(symbols);
}

}  // namespace

const json::value* MemberReader::find(std::string_view name) const {
  const auto* value = object_->if_contains(json::string_view(name.data(), name.size()));
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string MemberReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void MemberReader::fail_with(Code code, std::string path) const {
  if (!reading_->fault) reading_->fault = Error{.code = code, .detail = std::move(path)};
}

void MemberReader::refuse(std::string_view name) const {
  fail_with(Code::kJsonMemberInvalid, path_of(name));
}

void MemberReader::miss(std::string_view name) const {
  fail_with(Code::kJsonMemberMissing, path_of(name));
}

std::optional<Bytes> MemberReader::decode(std::string_view text) const {
  switch (reading_->spelling) {
    case Base64Spelling::kBase64url:
      return decode_base64url(text);
    case Base64Spelling::kAny:
      return decode_any_base64(text);
  }
  return std::nullopt;  // a value outside the enumeration
}

bool MemberReader::has(std::string_view name) const {
  return find(name) != nullptr;
}

std::optional<std::string> MemberReader::maybe_text(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(view(value->get_string()));
  refuse(name);
  return std::nullopt;
}

std::optional<Bytes> MemberReader::maybe_bytes(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    refuse(name);
    return std::nullopt;
  }
  auto bytes = decode(view(value->get_string()));
  if (!bytes) fail_with(Code::kJsonBase64urlInvalid, path_of(name));
  return bytes;
}

std::optional<bool> MemberReader::maybe_bool(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  refuse(name);
  return std::nullopt;
}

std::optional<std::int64_t> MemberReader::maybe_integer(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  refuse(name);
  return std::nullopt;
}

std::optional<MemberReader> MemberReader::maybe_object(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const auto* inner = value->if_object()) return MemberReader(*inner, path_of(name), *reading_);
  refuse(name);
  return std::nullopt;
}

std::optional<std::vector<MemberReader>> MemberReader::maybe_objects(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::vector<MemberReader> readers;
  if (!value->is_array()) {
    refuse(name);
    return readers;
  }
  const auto& array = value->get_array();
  readers.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    auto path = path_of(name) + "[" + std::to_string(i) + "]";
    if (const auto* inner = array[i].if_object()) {
      readers.emplace_back(*inner, std::move(path), *reading_);
    } else {
      fail_with(Code::kJsonMemberInvalid, std::move(path));
    }
  }
  return readers;
}

std::vector<std::string> MemberReader::texts(std::string_view name) const {
  const auto* value = find(name);
  std::vector<std::string> found;
  if (value == nullptr) return found;
  if (!value->is_array()) {
    refuse(name);
    return found;
  }
  const auto& array = value->get_array();
  found.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i].is_string()) {
      found.emplace_back(view(array[i].get_string()));
    } else {
      fail_with(Code::kJsonMemberInvalid, path_of(name) + "[" + std::to_string(i) + "]");
    }
  }
  return found;
}

std::string MemberReader::text(std::string_view name) const {
  if (!has(name)) miss(name);
  return maybe_text(name).value_or(std::string());
}

Bytes MemberReader::bytes(std::string_view name) const {
  if (!has(name)) miss(name);
  return maybe_bytes(name).value_or(Bytes());
}

std::int64_t MemberReader::integer(std::string_view name) const {
  if (!has(name)) miss(name);
  return maybe_integer(name).value_or(0);
}

MemberReader MemberReader::object(std::string_view name) const {
  static const json::object kNothing;
  if (!has(name)) miss(name);
  auto found = maybe_object(name);
  return found ? std::move(found.value()) : MemberReader(kNothing, path_of(name), *reading_);
}

std::vector<std::string> MemberReader::names() const {
  std::vector<std::string> found;
  found.reserve(object_->size());
  for (const auto& [name, value] : *object_) found.emplace_back(name.data(), name.size());
  return found;
}

}  // namespace firstkey::core::webauthn
