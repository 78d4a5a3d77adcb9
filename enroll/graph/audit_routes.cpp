#include "enroll/graph/audit_routes.h"

#include <ranges>
#include <utility>

#include "core/administration/audit_trail.h"

namespace firstkey::enroll::graph {

namespace {

namespace json = boost::json;

json::value detail_or_null(const core::AuditRow& row, const std::string& name) {
  const auto found = row.details.find(name);
  return found == row.details.end() ? json::value() : json::value(found->second);
}

/// Null too where the caller may not read names, or where one was erased.
json::value personal(const core::AuditRow& row, const std::string& name) {
  const auto found = row.personal.find(name);
  if (found == row.personal.end() || found->second.value.empty()) return nullptr;
  return json::value(found->second.value);
}

json::value user_or_null(const core::AuditRow& row, const char* id, const char* name) {
  if (!row.details.contains(id)) return nullptr;
  return json::object{{"id", detail_or_null(row, id)}, {"userPrincipalName", personal(row, name)}};
}

json::object to_json(const core::AuditRow& row) {
  const bool is_success = row.outcome == "success";
  json::array details;
  for (const auto& [key, value] : row.details) details.push_back({{"key", key}, {"value", value}});
  json::array targets;
  if (auto user = user_or_null(row, "userId", "userName"); user.is_object()) {
    user.as_object()["type"] = "User";
    targets.push_back(std::move(user));
  }
  const auto credential = detail_or_null(row, "apiCredentialId");
  return {{"id", std::to_string(row.chain) + "-" + std::to_string(row.sequence)},
          {"activityDateTime", core::to_rfc3339(row.at)},
          {"activityDisplayName", row.action},
          {"category", row.action.substr(0, row.action.find('.'))},
          {"correlationId", row.correlation.text()},
          {"loggedByService", "firstkey"},
          {"result", is_success ? "success" : "failure"},
          {"resultReason", is_success ? "" : row.outcome},
          {"initiatedBy",
           {{"user", user_or_null(row, "actorId", "actorName")},
            {"app", credential.is_null() ? json::value() : json::object{{"appId", credential}}}}},
          {"targetResources", std::move(targets)},
          {"additionalDetails", std::move(details)}};
}

Outcome list(const Call& call) {
  const auto top = call.query.top();
  if (!top) return std::unexpected(top.error());
  const auto filter = call.query.filter({"activityDisplayName", "correlationId"});
  if (!filter) return std::unexpected(filter.error());
  core::AuditQuery query{.limit = top.value()};
  if (filter->has_value()) {
    const auto& [property, value] = filter->value();
    if (property == "correlationId") {
      query.correlation = core::CorrelationId(value);
    } else {
      query.action = value;
    }
  }
  const auto rows = core::AuditTrail(call.administration).list(query);
  if (!rows) return std::unexpected(rows.error());
  json::array found;
  for (const auto& row : rows.value() | std::views::reverse) found.push_back(to_json(row));
  return many(call, "auditLogs/directoryAudits", std::move(found));
}

}  // namespace

void add_audit_routes(http::Router& router, Reception& reception) {
  reception.add(
      router,
      {.method = "GET", .path = "/auditLogs/directoryAudits", .options = {"$top", "$filter"}},
      list);
}

}  // namespace firstkey::enroll::graph
