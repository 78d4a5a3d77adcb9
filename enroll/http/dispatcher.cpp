#include "enroll/http/dispatcher.h"

#include <exception>
#include <utility>

#include "core/ids.h"
#include "enroll/http/error_answer.h"

namespace firstkey::enroll::http {

namespace {

/// What somebody turned away for want of workers waits, at least.
constexpr std::chrono::seconds kFullPause{1};

}  // namespace

void Dispatcher::dispatch(Request request, Done done) {
  request.id = core::make_uuid(parts_.random);
  // Shared with a worker, which may turn out to have no room for it.
  const auto pending = std::make_shared<Pending>(Pending{.request = std::move(request),
                                                         .done = std::move(done),
                                                         .began = parts_.clock.read().since_boot});
  const auto now = parts_.clock.read().wall;
  if (const auto wait = parts_.by_address.take(pending->request.peer)) {
    return finish(*pending, try_later(wait.value(), pending->request, now));
  }
  auto found = parts_.router.find(pending->request.method, pending->request.path);
  if (std::holds_alternative<Router::NoPath>(found)) {
    const Refusal refusal{.status = 404, .code = "not_found", .message = "there is nothing here"};
    return finish(*pending, error_answer(refusal, pending->request, now));
  }
  if (auto* other = std::get_if<Router::NoMethod>(&found)) {
    const Refusal refusal{
        .status = 405, .code = "method_not_allowed", .message = "not with this method"};
    auto answer = error_answer(refusal, pending->request, now);
    answer.headers.push_back({"Allow", std::move(other->allowed)});
    return finish(*pending, std::move(answer));
  }
  auto& match = std::get<Router::Match>(found);
  pending->route = match.route;
  pending->arguments = std::move(match.arguments);
  follow(pending);
}

void Dispatcher::follow(const std::shared_ptr<Pending>& pending) {
  const auto hand_to = [&](WorkerPool& workers) {
    const auto admitted = workers.submit([this, pending] { finish(*pending, act(*pending)); });
    if (admitted == WorkerPool::Admission::kAdmitted) return;
    finish(*pending, try_later(kFullPause, pending->request, parts_.clock.read().wall));
  };
  switch (pending->route->lane) {
    case Lane::kAtOnce:
      return finish(*pending, act(*pending));
    case Lane::kStore:
      return hand_to(parts_.store_workers);
    case Lane::kHash:
      return hand_to(parts_.hash_workers);
  }
}

Answer Dispatcher::act(Pending& pending) {
  try {
    return pending.route->action(pending.request, pending.arguments);
  } catch (const std::exception& exception) {
    // One request's misfortune (no memory) is not the others'.
    parts_.log.said("request_failed", pending.request.id + ": " + exception.what());
    const Refusal refusal{
        .status = 500, .code = "internal", .message = "the server failed; see its log"};
    return error_answer(refusal, pending.request, parts_.clock.read().wall);
  }
}

void Dispatcher::take(std::shared_ptr<EventFeed> feed, PortionDone done) {
  // Shared: workers that have no room drop what they are given.
  const auto waiting = std::make_shared<PortionDone>(std::move(done));
  const auto admitted = parts_.store_workers.submit(
      [this, asked = std::move(feed), waiting] { (*waiting)(next_of(*asked)); });
  if (admitted == WorkerPool::Admission::kFull) (*waiting)(EventFeed::Portion());
}

EventFeed::Portion Dispatcher::next_of(EventFeed& feed) {
  try {
    return feed.take();
  } catch (const std::exception& exception) {
    parts_.log.said("stream_failed", exception.what());
    return {.text = {}, .rest = EventFeed::Rest::kNone};
  }
}

void Dispatcher::finish(Pending& pending, Answer answer) {
  account(pending.request,
          answer,
          pending.route == nullptr ? std::string() : pending.route->pattern,
          pending.began);
  answer.headers.push_back({"request-id", pending.request.id});
  pending.done(std::move(answer));
}

Answer Dispatcher::refuse(Request request, unsigned status) {
  request.id = core::make_uuid(parts_.random);
  const auto reading = parts_.clock.read();
  const bool is_large = status != 400;
  auto answer = error_answer({.status = status,
                              .code = is_large ? "too_large" : "bad_request",
                              .message = is_large ? "the request is larger than this server takes"
                                                  : "this is not HTTP as this server reads it"},
                             request,
                             reading.wall);
  account(request, answer, {}, reading.since_boot);
  answer.headers.push_back({"request-id", request.id});
  return answer;
}

void Dispatcher::account(const Request& request,
                         const Answer& answer,
                         const std::string& pattern,
                         core::Duration began) {
  const auto took = parts_.clock.read().since_boot - began;
  parts_.metrics.answered(pattern, answer.status, took);
  parts_.log.answered(request, answer, took);
}

}  // namespace firstkey::enroll::http
