#pragma once
// The Graph API over a store in memory, as Ana's programs call it. Its verbs are HTTP's; a path is
// under /v1.0 unless it says /beta itself.

#include <string>
#include <utility>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "enroll/graph/graph_routes.h"
#include "tests/support/administration_fixture.h"

namespace firstkey::tests {

/// An answer, its body read.
struct GraphAnswer {
  unsigned status = 0;
  boost::json::value body;
  enroll::http::Answer whole;

  [[nodiscard]] const boost::json::value& at(std::string_view member) const {
    return body.at(member);
  }
  [[nodiscard]] std::string text(std::string_view member) const {
    return std::string(body.at(member).as_string());
  }
  /// Graph's code of a refusal, and ours inside.
  [[nodiscard]] std::string code() const {
    return std::string(body.at("error").at("code").as_string());
  }
  [[nodiscard]] std::string reason() const {
    return std::string(body.at("error").at("innerError").at("code").as_string());
  }
  [[nodiscard]] const boost::json::array& values() const { return body.at("value").as_array(); }
};

class GraphFixture : public AdministrationFixture {
 public:
  GraphFixture() { routes.add_to(router); }

  GraphAnswer ask(enroll::http::Request request) {
    request.id = "request-1";
    const auto mark = request.path.find('?');
    if (mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.erase(mark);
    }
    if (!request.path.starts_with("/beta")) request.path.insert(0, "/v1.0");
    request.headers.push_back({"authorization", credential});
    request.headers.push_back({"host", "graph.example.org"});
    if (!request.body.empty()) request.headers.push_back({"content-type", media_type});
    const auto found = router.find(request.method, request.path);
    if (std::holds_alternative<enroll::http::Router::NoPath>(found)) return {.status = 404};
    if (std::holds_alternative<enroll::http::Router::NoMethod>(found)) return {.status = 405};
    const auto& match = std::get<enroll::http::Router::Match>(found);
    auto answer = match.route->action(request, match.arguments);
    auto body = answer.body.empty() ? boost::json::value() : boost::json::parse(answer.body);
    return {.status = answer.status, .body = std::move(body), .whole = std::move(answer)};
  }
  GraphAnswer get(const std::string& path) { return ask({.method = "GET", .path = path}); }
  GraphAnswer remove(const std::string& path) { return ask({.method = "DELETE", .path = path}); }
  GraphAnswer post(const std::string& path, const std::string& body) {
    return ask({.method = "POST", .path = path, .body = body});
  }
  GraphAnswer patch(const std::string& path, const std::string& body) {
    return ask({.method = "PATCH", .path = path, .body = body});
  }
  /// From now on the caller is `user`.
  void calling_as(const core::UserId& user) {
    edit_settings([&](core::Settings& settings) { settings.owner = user; });
  }

  std::string credential = "a caller's";
  std::string media_type = "application/json";

 private:
  [[nodiscard]] core::Result<enroll::api::Caller> identify(
      const enroll::http::Request& request) const {
    if (request.header("authorization") != "a caller's") {
      return core::fail(core::ErrorCode::kApiCredentialUnknown, "nobody");
    }
    return enroll::api::Caller{.principal = administration.principal(), .name = "ana"};
  }

  enroll::http::RateLimit by_caller_{clock, {.burst = 30, .a_second = 1}};

 public:
  enroll::graph::GraphRoutes routes{
      {.reception = {.store = store,
                     .clock = clock,
                     .identify = [this](const auto& request) { return identify(request); },
                     .by_caller = by_caller_},
       .random = random,
       .pepper = pepper,
       .hasher = hasher}};
  enroll::http::Router router;
};

}  // namespace firstkey::tests
