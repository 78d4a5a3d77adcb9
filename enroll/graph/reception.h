#pragma once
// What every request of the Graph API goes through on its way to an action and back: who calls, how
// often they may, media type, query options; then the answer in Graph's form, or its error envelope
// with Graph's code outside and ours inside "innerError". Source: Microsoft Graph, "Error responses
// and resource types".

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/administration/administration.h"
#include "core/clock.h"
#include "enroll/api/callers.h"
#include "enroll/graph/query.h"
#include "enroll/http/rate_limit.h"
#include "enroll/http/router.h"

namespace firstkey::enroll::graph {

enum class Version : std::uint8_t { kV1, kBeta };

/// See api::Callers::identify.
using Identify = std::function<core::Result<api::Caller>(const http::Request&)>;

/// A request of a caller who is known.
struct Call {
  http::Request& request;
  const http::Arguments& arguments;
  core::Administration& administration;  ///< acts as the caller
  Version version = Version::kV1;
  Query query;

  /// "https://HOST/v1.0", as the caller reached it.
  [[nodiscard]] std::string base() const;
};

struct Reply {
  unsigned status = 200;
  boost::json::object body;  ///< none with 204
};
using Outcome = core::Result<Reply>;
using Action = std::function<Outcome(const Call&)>;

/// Where an action is found, under either version.
struct Place {
  std::string method;
  std::string path;  ///< "/users/{}"
  http::Lane lane = http::Lane::kStore;
  std::vector<std::string_view> options;  ///< those of the query that it takes
};

class Reception {
 public:
  /// All outlive this.
  struct Parts {
    core::Store& store;
    const core::Clock& clock;
    Identify identify;
    http::RateLimit& by_caller;
  };
  explicit Reception(Parts parts) : parts_(std::move(parts)) {}

  /// This must outlive `router`.
  void add(http::Router& router, const Place& place, const Action& action);

 private:
  /// A place of one version.
  struct Route {
    Version version = Version::kV1;
    std::vector<std::string_view> options;
    Action action;
  };
  [[nodiscard]] http::Answer answer(http::Request& request,
                                    const http::Arguments& arguments,
                                    const Route& route);
  [[nodiscard]] http::Answer answer_to(const api::Caller& caller,
                                       http::Request& request,
                                       const http::Arguments& arguments,
                                       const Route& route);
  [[nodiscard]] http::Answer refuse(const core::Error& error, const http::Request& request) const;

  Parts parts_;
};

/// "/v1.0" or "/beta".
[[nodiscard]] std::string_view prefix_of(Version version) noexcept;

/// One thing with its "@odata.context", whose last part is `type`.
[[nodiscard]] Reply one(const Call& call, std::string_view type, boost::json::object body);
/// A list likewise.
[[nodiscard]] Reply many(const Call& call, std::string_view type, boost::json::array values);
/// "users('ID')/authentication/" and `what`, for the user in the path.
[[nodiscard]] std::string context_of(const Call& call, std::string_view what);
/// The user in the path, which is its first argument.
[[nodiscard]] core::UserReference user_of(const Call& call);
[[nodiscard]] Reply created(Reply reply);
[[nodiscard]] Reply no_content();

}  // namespace firstkey::enroll::graph
