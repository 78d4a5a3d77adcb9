#include "enroll/graph/body.h"

#include <limits>
#include <utility>

#include <boost/json/value.hpp>

#include "core/strict_json.h"

namespace firstkey::enroll::graph {

namespace {

constexpr std::size_t kLargestBody = 256UL * 1024;  // as http::Limits has it

[[noreturn]] void wrong(std::string_view name, const char* what) {
  throw core::Malformed(std::string(name) + " is not " + what);
}

}  // namespace

const boost::json::value* Body::member(std::string_view name) const {
  const auto* found = object_.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> Body::text(std::string_view name) const {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) wrong(name, "a text");
  return std::string(found->get_string());
}

std::optional<bool> Body::flag(std::string_view name) const {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_bool()) wrong(name, "true or false");
  return found->get_bool();
}

std::optional<int> Body::number(std::string_view name) const {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  constexpr std::int64_t kLeast = std::numeric_limits<int>::min();
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (!found->is_int64() || found->get_int64() < kLeast || found->get_int64() > kMost) {
    wrong(name, "a whole number of 32 bits");
  }
  return static_cast<int>(found->get_int64());
}

std::optional<core::Instant> Body::instant(std::string_view name) const {
  const auto found = text(name);
  if (!found) return std::nullopt;
  const auto instant = core::from_rfc3339(found.value());
  if (!instant) wrong(name, "an instant of RFC 3339");
  return instant;
}

const boost::json::object* Body::object(std::string_view name) const {
  const auto* found = member(name);
  if (found == nullptr) return nullptr;
  if (!found->is_object()) wrong(name, "an object");
  return &found->get_object();
}

const boost::json::array* Body::list(std::string_view name) const {
  const auto* found = member(name);
  if (found == nullptr) return nullptr;
  if (!found->is_array()) wrong(name, "a list");
  return &found->get_array();
}

std::string Body::needed_text(std::string_view name) const {
  auto found = text(name);
  if (!found) throw core::Malformed(std::string(name) + " is missing");
  return std::move(found.value());
}

core::Result<boost::json::object> parse_body(const http::Request& request) {
  auto value = core::parse_strict_json(request.body, kLargestBody);
  if (!value) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "the body is not JSON: " + value.error().detail);
  }
  if (!value->is_object()) {
    return core::fail(core::ErrorCode::kInvalidArgument, "the body is not a JSON object");
  }
  return std::move(value->get_object());
}

}  // namespace firstkey::enroll::graph
