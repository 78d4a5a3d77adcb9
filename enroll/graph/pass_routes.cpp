#include "enroll/graph/pass_routes.h"

#include <utility>

#include "enroll/graph/body.h"

namespace firstkey::enroll::graph {

namespace {

namespace json = boost::json;

constexpr const char* kPasses = "/users/{}/authentication/temporaryAccessPassMethods";

constexpr const char* kMany = "temporaryAccessPassMethods";
constexpr const char* kOne = "temporaryAccessPassMethods/$entity";

core::PassId pass_of(const Call& call) {
  return core::PassId(call.arguments.back());
}

core::PassRequest read_request(const Body& body) {
  core::PassRequest request{.user = {},
                            .start_at = body.instant("startDateTime"),
                            .lifetime = std::nullopt,
                            .is_one_time = body.flag("isUsableOnce")};
  if (const auto minutes = body.number("lifetimeInMinutes")) {
    request.lifetime = std::chrono::minutes(minutes.value());
  }
  return request;
}

Outcome issue(const Call& call, const PassParts& parts) {
  auto request = read_body(call.request, read_request);
  if (!request) return std::unexpected(request.error());
  request->user = user_of(call);
  const auto issued = issuer_for(call, parts).issue(request.value());
  if (!issued) return std::unexpected(issued.error());
  auto body = to_json(issued->pass);
  // The one answer it is shown in.
  body["temporaryAccessPass"] = core::to_string(issued->passcode.expose());
  return created(one(call, context_of(call, kOne), std::move(body)));
}

Outcome list(const Call& call, const PassParts& parts) {
  const auto pass = issuer_for(call, parts).show(user_of(call));
  json::array found;
  if (pass) {
    found.push_back(to_json(pass.value()));
  } else if (pass.error().code != core::ErrorCode::kPassUnknown) {
    return std::unexpected(pass.error());
  }
  return many(call, context_of(call, kMany), std::move(found));
}

Outcome show(const Call& call, const PassParts& parts) {
  const auto pass = issuer_for(call, parts).show(user_of(call), pass_of(call));
  if (!pass) return std::unexpected(pass.error());
  return one(call, context_of(call, kOne), to_json(pass.value()));
}

Outcome remove(const Call& call, const PassParts& parts) {
  const auto removed = issuer_for(call, parts).remove(user_of(call), pass_of(call));
  if (!removed) return std::unexpected(removed.error());
  return no_content();
}

}  // namespace

core::PassIssuer issuer_for(const Call& call, const PassParts& parts) {
  return {call.administration, parts.random, parts.pepper, parts.hasher};
}

json::object to_json(const core::PassView& pass) {
  return {{"@odata.type", "#microsoft.graph.temporaryAccessPassAuthenticationMethod"},
          {"id", pass.id.text()},
          {"temporaryAccessPass", nullptr},
          {"createdDateTime", core::to_rfc3339(pass.created_at)},
          {"startDateTime", core::to_rfc3339(pass.start_at)},
          {"lifetimeInMinutes", pass.lifetime.count()},
          {"isUsableOnce", pass.is_one_time},
          {"isUsable", pass.is_usable()},
          {"methodUsabilityReason", core::to_string(pass.reason)}};
}

void add_pass_routes(http::Router& router, Reception& reception, const PassParts& parts) {
  const auto with = [&parts](auto does) {
    return [parts, does](const Call& call) { return does(call, parts); };
  };
  const auto each = std::string(kPasses) + "/{}";
  reception.add(
      router, {.method = "POST", .path = kPasses, .lane = http::Lane::kHash}, with(issue));
  reception.add(router, {.method = "GET", .path = kPasses}, with(list));
  reception.add(router, {.method = "GET", .path = each}, with(show));
  reception.add(router, {.method = "DELETE", .path = each}, with(remove));
}

}  // namespace firstkey::enroll::graph
