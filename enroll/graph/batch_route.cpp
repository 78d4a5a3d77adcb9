#include "enroll/graph/batch_route.h"

#include <algorithm>
#include <map>
#include <utility>

#include <boost/json.hpp>

#include "enroll/graph/body.h"

namespace firstkey::enroll::graph {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostRequests = 20;  // Graph's limit

struct Step {
  std::string id;
  std::string method;
  std::string url;
  std::string body;
  std::vector<std::string> depends_on;
};

std::vector<std::string> dependencies_in(const Body& member) {
  std::vector<std::string> ids;
  const auto* list = member.list("dependsOn");
  if (list == nullptr) return ids;
  for (const auto& id : *list) {
    if (!id.is_string()) throw core::Malformed("dependsOn holds something but ids");
    ids.emplace_back(id.get_string());
  }
  return ids;
}

Step read_step(const json::value& value, const std::vector<Step>& earlier) {
  if (!value.is_object()) throw core::Malformed("requests holds something but objects");
  const Body member(value.get_object());
  Step step{.id = member.needed_text("id"),
            .method = member.needed_text("method"),
            .url = member.needed_text("url"),
            .body = {},
            .depends_on = dependencies_in(member)};
  if (const auto* body = member.object("body")) step.body = json::serialize(*body);
  const auto is_earlier = [&](const std::string& id) {
    return std::ranges::find(earlier, id, &Step::id) != earlier.end();
  };
  if (is_earlier(step.id)) throw core::Malformed("two requests have the same id");
  if (!std::ranges::all_of(step.depends_on, is_earlier)) {
    throw core::Malformed("dependsOn names a request that does not come before");
  }
  if (!step.url.starts_with('/')) step.url.insert(0, "/");
  if (step.url.starts_with("/$batch")) throw core::Malformed("no batch is in a batch");
  return step;
}

std::vector<Step> read_steps(const Body& body) {
  const auto* list = body.list("requests");
  if (list == nullptr) throw core::Malformed("requests is missing");
  if (list->size() > kMostRequests) throw core::Malformed("a batch has 20 requests at most");
  std::vector<Step> steps;
  for (const auto& value : *list) steps.push_back(read_step(value, steps));
  return steps;
}

/// What was not even run. The request's own id is in the answer to the batch.
http::Answer refused(unsigned status, std::string_view code, std::string_view message) {
  return {.status = status,
          .body = json::serialize(json::object{{"error", {{"code", code}, {"message", message}}}})};
}

http::Answer answer_of(const Call& call, const http::Router& router, const Step& step) {
  http::Request request = call.request;
  const auto mark = step.url.find('?');
  request.method = step.method;
  request.path = std::string(prefix_of(call.version)) + step.url.substr(0, mark);
  request.query = mark == std::string::npos ? std::string() : step.url.substr(mark + 1);
  request.body = step.body;
  const auto found = router.find(request.method, request.path);
  if (std::holds_alternative<http::Router::NoPath>(found)) {
    return refused(404, "itemNotFound", "there is nothing here");
  }
  const auto* match = std::get_if<http::Router::Match>(&found);
  if (match == nullptr) return refused(405, "notAllowed", "not with this method");
  return match->route->action(request, match->arguments);
}

json::object response_of(const Step& step, const http::Answer& answer) {
  json::object headers;
  if (!answer.body.empty()) headers["Content-Type"] = answer.content_type;
  for (const auto& header : answer.headers) headers[header.name] = header.value;
  json::object response{
      {"id", step.id}, {"status", answer.status}, {"headers", std::move(headers)}};
  if (!answer.body.empty()) response["body"] = json::parse(answer.body);
  return response;
}

Outcome run(const Call& call, const http::Router& router) {
  const auto steps = read_body(call.request, read_steps);
  if (!steps) return std::unexpected(steps.error());
  std::map<std::string, unsigned> statuses;
  json::array responses;
  for (const auto& step : steps.value()) {
    const bool may_run = std::ranges::all_of(
        step.depends_on, [&](const std::string& id) { return statuses.at(id) < 400; });
    const auto answer =
        may_run ? answer_of(call, router, step)
                : refused(424, "failedDependency", "a request that this one depends on failed");
    statuses.emplace(step.id, answer.status);
    responses.push_back(response_of(step, answer));
  }
  return Reply{.body = {{"responses", std::move(responses)}}};
}

}  // namespace

void add_batch_route(http::Router& router, Reception& reception) {
  // What is in it may hash a passcode.
  reception.add(router,
                {.method = "POST", .path = "/$batch", .lane = http::Lane::kHash},
                [&router](const Call& call) { return run(call, router); });
}

}  // namespace firstkey::enroll::graph
