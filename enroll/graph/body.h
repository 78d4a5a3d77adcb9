#pragma once
// What a request holds: one JSON object. Members that nobody asks for are ignored, as OData does,
// null is as good as absent, and a member of another type than it should have ends the reading.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "core/clock.h"
#include "core/result.h"
#include "core/strict_object.h"
#include "enroll/http/exchange.h"

namespace firstkey::enroll::graph {

class Body {
 public:
  /// The object must outlive this.
  explicit Body(const boost::json::object& object) : object_(object) {}

  /// Nothing if the member is absent. All throw core::Malformed where it has another type.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  /// -2³¹..2³¹-1
  [[nodiscard]] std::optional<int> number(std::string_view name) const;
  [[nodiscard]] std::optional<core::Instant> instant(std::string_view name) const;
  /// Null if the member is absent.
  [[nodiscard]] const boost::json::object* object(std::string_view name) const;
  [[nodiscard]] const boost::json::array* list(std::string_view name) const;
  /// Throws core::Malformed where it is absent, too.
  [[nodiscard]] std::string needed_text(std::string_view name) const;

 private:
  [[nodiscard]] const boost::json::value* member(std::string_view name) const;

  const boost::json::object& object_;
};

/// Errors: kInvalidArgument: not one object of strict JSON, in UTF-8.
[[nodiscard]] core::Result<boost::json::object> parse_body(const http::Request& request);

/// What `read` makes of the body of `request`. Errors: kInvalidArgument, naming the member.
template <class Value>
[[nodiscard]] core::Result<Value> read_body(const http::Request& request,
                                            Value (*read)(const Body&)) {
  const auto object = parse_body(request);
  if (!object) return std::unexpected(object.error());
  try {
    return read(Body(object.value()));
  } catch (const core::Malformed& malformed) {
    return core::fail(core::ErrorCode::kInvalidArgument, malformed.what());
  }
}

}  // namespace firstkey::enroll::graph
