#pragma once
// OData's query options, as far as they are taken here. One that is not taken is refused rather
// than ignored: whoever filters in vain would take all for some. Source: OData 4.01, URL
// Conventions, §5.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace firstkey::enroll::graph {

/// "userPrincipalName eq 'lee@example.org'"
struct Equality {
  std::string property;
  std::string value;
};

class Query {
 public:
  /// Options without "$" that are not among `taken` are ignored. Errors of this and all below:
  /// kInvalidArgument (not percent-encoded, an option twice, one with "$" that is not taken).
  [[nodiscard]] static core::Result<Query> parse(std::string_view text,
                                                 const std::vector<std::string_view>& taken);

  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;

  /// `$top`: 1..999, as in Graph; 100 if it is not given.
  [[nodiscard]] core::Result<std::size_t> top() const;
  /// `$skiptoken`, as next_token() wrote it; empty if it is not given.
  [[nodiscard]] core::Result<std::string> after() const;
  /// `$filter`: one equality of one of `properties` with a text.
  [[nodiscard]] core::Result<std::optional<Equality>> filter(
      const std::vector<std::string_view>& properties) const;

 private:
  std::map<std::string, std::string, std::less<>> options_;
};

/// A `$skiptoken` that after() reads: where the next page goes on. Clients do not look inside.
[[nodiscard]] std::string next_token(std::string_view after);

}  // namespace firstkey::enroll::graph
