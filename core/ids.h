#pragma once
// Identifiers that cannot be mixed up: a PassId is no SessionId, though both are UUIDs in text.

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/random.h"

namespace firstkey::core {

/// A distinct string type for each `Tag`. Empty means "none".
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

using UserId = Id<struct UserTag>;
using PassId = Id<struct PassTag>;
using SessionId = Id<struct SessionTag>;
using StationId = Id<struct StationTag>;
using ApiCredentialId = Id<struct ApiCredentialTag>;
using InstallationId = Id<struct InstallationTag>;
/// Joins every audit event from the issue of a pass to its credential.
using CorrelationId = Id<struct CorrelationTag>;

/// A random UUID, version 4. Source: RFC 9562 §5.4.
[[nodiscard]] std::string make_uuid(Random& random);
/// Whether `text` is 8-4-4-4-12 lower-case hexadecimal digits, as make_uuid() writes them.
[[nodiscard]] bool is_uuid(std::string_view text);

template <class AnyId>
[[nodiscard]] AnyId make_id(Random& random) {
  return AnyId(make_uuid(random));
}

}  // namespace firstkey::core
