// Rate limits, envelopes and counts: what a server says without a connection.

#include "enroll/http/dispatcher.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <unistd.h>

#include "enroll/http/connection_count.h"
#include "enroll/http/error_answer.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"

using firstkey::core::ErrorCode;
using firstkey::enroll::http::Answer;
using firstkey::enroll::http::Arguments;
using firstkey::enroll::http::ConnectionCount;
using firstkey::enroll::http::Dispatcher;
using firstkey::enroll::http::error_answer;
using firstkey::enroll::http::Lane;
using firstkey::enroll::http::Limits;
using firstkey::enroll::http::Metrics;
using firstkey::enroll::http::RateLimit;
using firstkey::enroll::http::Request;
using firstkey::enroll::http::RequestLog;
using firstkey::enroll::http::Router;
using firstkey::enroll::http::WorkerPool;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): fakes
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// What is written to write_end() can be read.
class Pipe {
 public:
  Pipe() { REQUIRE(::pipe(ends_.data()) == 0); }
  ~Pipe() {
    for (const int end : ends_) ::close(end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int write_end() const { return ends_[1]; }
  [[nodiscard]] std::string read() const {
    std::string text(4096, '\0');
    const auto size = ::read(ends_[0], text.data(), text.size());
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  std::array<int, 2> ends_{};
};

class DispatcherFixture {
 public:
  DispatcherFixture() {
    router.add({"POST", "/secrets", Lane::kAtOnce, [](Request&, const Arguments&) {
                  return Answer{.status = 204, .principal = "kiosk"};
                }});
  }

  Answer ask(Request request) {
    Answer given;
    dispatcher.dispatch(std::move(request), [&](Answer answer) { given = std::move(answer); });
    return given;
  }

  FakeClock clock;
  FakeRandom random{3};
  Router router;
  Metrics metrics;
  WorkerPool workers{1, 1};
  RateLimit by_address{clock, {.burst = 2, .a_second = 1}};
  Pipe written;
  RequestLog log{clock, written.write_end()};
  Dispatcher dispatcher{{.router = router,
                         .clock = clock,
                         .random = random,
                         .by_address = by_address,
                         .store_workers = workers,
                         .hash_workers = workers,
                         .metrics = metrics,
                         .log = log}};
};

Request secrets() {
  return {.method = "POST",
          .path = "/secrets",
          .query = "passcode=7KQM3TXF",
          .headers = {{"authorization", "Bearer abc"}},
          .body = "7KQM3TXF",
          .peer = "192.0.2.7"};
}

}  // namespace

TEST_SUITE("enroll/http/dispatcher") {
  TEST_CASE("the log tells who asked for what, and nothing that was sent with it") {
    DispatcherFixture f;
    (void)f.ask(secrets());
    const auto line = f.written.read();
    const auto object = boost::json::parse(line).as_object();
    CHECK(object.at("path") == "/secrets");
    CHECK(object.at("status") == 204);
    CHECK(object.at("peer") == "192.0.2.7");
    CHECK(object.at("principal") == "kiosk");
    CHECK(object.at("time") == "2026-05-01T12:00:00Z");
    CHECK_FALSE(line.contains("7KQM3TXF"));
    CHECK_FALSE(line.contains("abc"));
  }

  TEST_CASE("an address that asks too often is told when to come back; others are not held up") {
    DispatcherFixture f;
    CHECK(f.ask(secrets()).status == 204);
    CHECK(f.ask(secrets()).status == 204);
    const auto refused = f.ask(secrets());
    CHECK(refused.status == 429);
    CHECK(refused.headers.front().name == "Retry-After");
    CHECK(refused.headers.front().value == "1");
    auto other = secrets();
    other.peer = "192.0.2.8";
    CHECK(f.ask(other).status == 204);
    f.clock.advance(milliseconds(999));
    CHECK(f.ask(secrets()).status == 429);
    f.clock.advance(milliseconds(1));
    CHECK(f.ask(secrets()).status == 204);
  }

  TEST_CASE("a limit remembers no more addresses than it may") {
    FakeClock clock;
    RateLimit limit(clock, {.burst = 1, .a_second = 1, .keys = 2});
    CHECK_FALSE(limit.take("a"));
    CHECK_FALSE(limit.take("b"));
    CHECK(limit.take("c") == seconds(1));
    clock.advance(seconds(1));
    CHECK_FALSE(limit.take("c"));
  }

  TEST_CASE("a refusal is Graph's envelope, and repeats the client's id if that is plain") {
    Request request{.id = "id-1", .headers = {{"client-request-id", "mine"}}};
    const auto answer =
        error_answer({.code = ErrorCode::kRefused, .detail = "no"}, request, FakeClock().wall());
    CHECK(answer.status == 403);
    CHECK(boost::json::parse(answer.body) == boost::json::parse(R"({"error": {"code": "refused",
        "message": "no", "innerError": {"date": "2026-05-01T12:00:00Z", "request-id": "id-1",
        "client-request-id": "mine"}}})"));
    request.headers.front().value = "two words";
    CHECK_FALSE(error_answer({.code = ErrorCode::kRefused, .detail = "no"}, request, {})
                    .body.contains("two words"));
  }

  TEST_CASE("a failure of the store is told without what failed, and when to come back") {
    const auto answer =
        error_answer({.code = ErrorCode::kStoreUnreachable, .detail = "/var/lib/firstkey"}, {}, {});
    CHECK(answer.status == 503);
    CHECK_FALSE(answer.body.contains("/var/lib"));
    CHECK(answer.headers.front().name == "Retry-After");
  }

  TEST_CASE("metrics count answers by route and status, in buckets that add up") {
    Metrics metrics;
    metrics.answered("/a/{}", 200, milliseconds(1));
    metrics.answered("/a/{}", 200, milliseconds(2));
    metrics.answered("/a/{}", 404, seconds(9));
    const auto text = metrics.text();
    CHECK(text.contains("firstkey_requests_total{route=\"/a/{}\",status=\"200\"} 2\n"));
    CHECK(text.contains("firstkey_request_seconds_bucket{route=\"/a/{}\",le=\"0.001\"} 1\n"));
    CHECK(text.contains("firstkey_request_seconds_bucket{route=\"/a/{}\",le=\"0.005\"} 2\n"));
    CHECK(text.contains("firstkey_request_seconds_bucket{route=\"/a/{}\",le=\"+Inf\"} 3\n"));
    CHECK(text.contains("firstkey_request_seconds_sum{route=\"/a/{}\"} 9.003\n"));
  }

  TEST_CASE("connections are counted in all and by address, while they last") {
    Limits limits;
    limits.connections = 3;
    limits.connections_of_address = 2;
    ConnectionCount count(limits);
    auto first = count.take("a");
    const auto second = count.take("a");
    CHECK_FALSE(count.take("a"));
    const auto third = count.take("b");
    CHECK(third);
    CHECK_FALSE(count.take("c"));
    first.reset();
    CHECK(count.take("a"));
  }

  TEST_CASE("workers that end drop what waits, and take no more") {
    std::atomic<int> done = 0;
    auto pool = std::make_unique<WorkerPool>(1, 2);
    CHECK(pool->submit([&] { ++done; }) == WorkerPool::Admission::kAdmitted);
    pool.reset();
    CHECK(done <= 1);
  }
}
