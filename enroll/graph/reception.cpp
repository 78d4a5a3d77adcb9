#include "enroll/graph/reception.h"

#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "enroll/http/error_answer.h"

namespace firstkey::enroll::graph {

namespace {

constexpr std::array kVersions{Version::kV1, Version::kBeta};

/// Source: Microsoft Graph, "Error responses and resource types" (badRequest, accessDenied and
/// conflict as its methods answer).
std::string_view graph_code(unsigned status) noexcept {
  switch (status) {
    case 400:
      return "badRequest";
    case 401:
      return "unauthenticated";
    case 403:
      return "accessDenied";
    case 404:
      return "itemNotFound";
    case 409:
      return "conflict";
    case 429:
      return "tooManyRequests";
    case 503:
      return "serviceNotAvailable";
    default:
      return "generalException";
  }
}

/// Whether `request` has no body, or one that says it is JSON.
bool is_json(const http::Request& request) {
  if (request.body.empty()) return true;
  constexpr std::string_view kJson = "application/json";
  const auto type = request.header("content-type");
  return type.starts_with(kJson) && (type.size() == kJson.size() || type[kJson.size()] == ';');
}

}  // namespace

std::string_view prefix_of(Version version) noexcept {
  return version == Version::kV1 ? "/v1.0" : "/beta";
}

std::string Call::base() const {
  const auto host = request.header("host");
  return request.scheme + "://" + std::string(host.empty() ? "localhost" : host) +
         std::string(prefix_of(version));
}

void Reception::add(http::Router& router, const Place& place, const Action& action) {
  for (const auto version : kVersions) {
    router.add({place.method,
                std::string(prefix_of(version)) + place.path,
                place.lane,
                [this, route = Route{version, place.options, action}](
                    http::Request& request, const http::Arguments& arguments) {
                  return answer(request, arguments, route);
                }});
  }
}

http::Answer Reception::answer(http::Request& request,
                               const http::Arguments& arguments,
                               const Route& route) {
  const auto caller = parts_.identify(request);
  if (!caller) return refuse(caller.error(), request);
  auto given = answer_to(caller.value(), request, arguments, route);
  given.principal = caller->name;
  return given;
}

http::Answer Reception::answer_to(const api::Caller& caller,
                                  http::Request& request,
                                  const http::Arguments& arguments,
                                  const Route& route) {
  const auto now = parts_.clock.read().wall;
  if (const auto wait = parts_.by_caller.take(caller.name)) {
    return http::try_later(wait.value(), request, now);
  }
  if (!is_json(request)) {
    const http::Refusal refusal{.status = 415,
                                .code = "unsupportedMediaType",
                                .message = "a body is application/json here"};
    return http::error_answer(refusal, request, now);
  }
  auto query = Query::parse(request.query, route.options);
  if (!query) return refuse(query.error(), request);
  core::Administration administration(parts_.store, caller.principal);
  const auto outcome = route.action({.request = request,
                                     .arguments = arguments,
                                     .administration = administration,
                                     .version = route.version,
                                     .query = std::move(query.value())});
  if (!outcome) return refuse(outcome.error(), request);
  http::Answer given{.status = outcome->status};
  if (outcome->status != 204) given.body = boost::json::serialize(outcome->body);
  return given;
}

http::Answer Reception::refuse(const core::Error& error, const http::Request& request) const {
  auto refusal = http::refusal_of(error);
  refusal.reason = std::exchange(refusal.code, graph_code(refusal.status));
  return http::error_answer(refusal, request, parts_.clock.read().wall);
}

Reply one(const Call& call, std::string_view type, boost::json::object body) {
  boost::json::object framed{{"@odata.context", call.base() + "/$metadata#" + std::string(type)}};
  for (auto& member : body) framed.emplace(member.key(), std::move(member.value()));
  return {.body = std::move(framed)};
}

Reply many(const Call& call, std::string_view type, boost::json::array values) {
  return one(call, type, {{"value", std::move(values)}});
}

core::UserReference user_of(const Call& call) {
  return {.text = call.arguments.front()};
}

std::string context_of(const Call& call, std::string_view what) {
  std::string user;
  for (const char c : call.arguments.front()) user += c == '\'' ? "''" : std::string(1, c);
  return "users('" + user + "')/authentication/" + std::string(what);
}

Reply created(Reply reply) {
  reply.status = 201;
  return reply;
}

Reply no_content() {
  return {.status = 204, .body = {}};
}

}  // namespace firstkey::enroll::graph
