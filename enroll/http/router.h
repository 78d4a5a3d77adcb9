#pragma once
// Which action answers a request: by method and path, where a path's "{}" stands for one segment.
// Segments are percent-decoded; a path that does not decode, or that holds ".", ".." or an empty
// segment, leads nowhere.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "enroll/http/exchange.h"

namespace firstkey::enroll::http {

/// Who does the work: the server's own thread, for what neither waits nor computes; those that wait
/// for the store; those that hash passcodes.
enum class Lane { kAtOnce, kStore, kHash };

/// What filled the "{}" of a path, in order.
using Arguments = std::vector<std::string>;
using Action = std::function<Answer(Request&, const Arguments&)>;

struct Route {
  std::string method;   ///< "GET" answers HEAD too
  std::string pattern;  ///< "/enrollment/v1/sessions/{}"
  Lane lane = Lane::kStore;
  Action action;
};

class Router {
 public:
  void add(Route route);

  struct Match {
    const Route* route;  ///< never null; valid as long as the router is not changed
    Arguments arguments;
  };
  struct NoPath {};
  struct NoMethod {
    std::string allowed;  ///< for the header Allow
  };
  [[nodiscard]] std::variant<Match, NoPath, NoMethod> find(std::string_view method,
                                                           std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

/// The segments of `path`, decoded; nothing for one that leads nowhere.
[[nodiscard]] std::optional<std::vector<std::string>> segments_of(std::string_view path);

}  // namespace firstkey::enroll::http
