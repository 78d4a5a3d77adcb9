#include "enroll/graph/user_routes.h"

#include <utility>

#include "core/administration/user_directory.h"
#include "enroll/graph/body.h"

namespace firstkey::enroll::graph {

namespace {

namespace json = boost::json;

constexpr std::string_view kMany = "users";
constexpr std::string_view kOne = "users/$entity";
constexpr std::string_view kGuest = "Guest";

json::object to_json(const core::User& user) {
  const bool is_external = user.type == core::UserType::kExternalGuest;
  return {{"id", user.id.text()},
          {"userPrincipalName", user.name},
          {"displayName", user.display_name},
          {"userType", user.type == core::UserType::kMember ? "Member" : kGuest},
          {"creationType", is_external ? json::value("Invitation") : json::value()},
          {"accountEnabled", user.is_enabled},
          {"createdDateTime", core::to_rfc3339(user.created_at)}};
}

core::UserRequest read_user(const Body& body) {
  const auto type = body.text("userType").value_or("Member");
  if (type != "Member" && type != kGuest) throw core::Malformed("userType is no Member or Guest");
  return {.name = body.needed_text("userPrincipalName"),
          .display_name = body.text("displayName").value_or(""),
          .type = type == kGuest ? core::UserType::kInternalGuest : core::UserType::kMember,
          .groups = {},
          .roles = {},
          .is_enabled = body.flag("accountEnabled").value_or(true)};
}

Outcome create(const Call& call, core::Random& random) {
  const auto request = read_body(call.request, read_user);
  if (!request) return std::unexpected(request.error());
  const auto user = core::UserDirectory(call.administration, random).add(request.value());
  if (!user) return std::unexpected(user.error());
  return created(one(call, kOne, to_json(user.value())));
}

/// The one user of that name, or none.
Outcome list_named(const Call& call, core::UserDirectory& directory, const std::string& name) {
  const auto user = directory.show({.text = name});
  json::array found;
  if (user && core::normalised_name(user->name) == core::normalised_name(name)) {
    found.push_back(to_json(user.value()));
  } else if (!user && user.error().code != core::ErrorCode::kUserUnknown) {
    return std::unexpected(user.error());
  }
  return many(call, kMany, std::move(found));
}

Outcome list(const Call& call, core::Random& random) {
  core::UserDirectory directory(call.administration, random);
  const auto top = call.query.top();
  if (!top) return std::unexpected(top.error());
  const auto after = call.query.after();
  if (!after) return std::unexpected(after.error());
  const auto filter = call.query.filter({"userPrincipalName"});
  if (!filter) return std::unexpected(filter.error());
  if (filter->has_value()) return list_named(call, directory, filter->value().value);
  const auto users = directory.list(after.value(), top.value() + 1);  // one more: is there more?
  if (!users) return std::unexpected(users.error());
  json::array page;
  for (const auto& user : users.value()) {
    if (page.size() < top.value()) page.push_back(to_json(user));
  }
  auto reply = many(call, kMany, std::move(page));
  if (users->size() > top.value()) {
    reply.body["@odata.nextLink"] =
        call.base() + "/users?$top=" + std::to_string(top.value()) +
        "&$skiptoken=" + next_token(users.value()[top.value() - 1].name);
  }
  return reply;
}

Outcome show(const Call& call, core::Random& random) {
  const auto user = core::UserDirectory(call.administration, random).show(user_of(call));
  if (!user) return std::unexpected(user.error());
  return one(call, kOne, to_json(user.value()));
}

Outcome remove(const Call& call, core::Random& random) {
  const auto removed = core::UserDirectory(call.administration, random).remove(user_of(call));
  if (!removed) return std::unexpected(removed.error());
  return no_content();
}

}  // namespace

void add_user_routes(http::Router& router, Reception& reception, core::Random& random) {
  const auto with = [&random](auto does) {
    return [&random, does](const Call& call) { return does(call, random); };
  };
  reception.add(router, {.method = "POST", .path = "/users"}, with(create));
  reception.add(router,
                {.method = "GET", .path = "/users", .options = {"$top", "$skiptoken", "$filter"}},
                with(list));
  reception.add(router, {.method = "GET", .path = "/users/{}"}, with(show));
  reception.add(router, {.method = "DELETE", .path = "/users/{}"}, with(remove));
}

}  // namespace firstkey::enroll::graph
