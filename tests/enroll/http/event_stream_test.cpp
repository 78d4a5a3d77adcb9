// Streams of server-sent events, and what a client that reads slowly or goes away costs others.

#include <doctest/doctest.h>

#include "enroll/http/event_feed.h"
#include "tests/enroll/http/http_fixture.h"

using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kStream = "GET /events HTTP/1.1\r\nHost: kiosk\r\n\r\n";
constexpr std::string_view kTiny = "GET /tiny HTTP/1.1\r\nHost: kiosk\r\n\r\n";
/// More than the buffers of two sockets take.
constexpr std::size_t kManyBytes = std::size_t{16} << 20U;

/// A client in the middle of a stream.
class StreamClient : public LoopbackClient {
 public:
  explicit StreamClient(HttpFixture& f) : LoopbackClient(f.port()) {
    REQUIRE(send(kStream));
    head = receive_to("\r\n\r\n");
  }
  std::string head;
};

}  // namespace

TEST_SUITE("enroll/http/event_stream") {
  TEST_CASE("a stream says what it is, sends what came before and what comes, and ends") {
    HttpFixture f;
    f.script.tell("data: one\n\n");
    StreamClient client(f);
    CHECK(client.head.contains("Content-Type: text/event-stream"));
    CHECK(client.head.contains("Cache-Control: no-store"));
    CHECK(client.head.contains("request-id: "));
    CHECK_FALSE(client.head.contains("Content-Length"));
    CHECK(client.receive_to("one\n\n").ends_with("data: one\n\n"));
    f.script.tell("data: two\n\n");
    CHECK(client.receive_to("two\n\n").ends_with("data: two\n\n"));
    f.script.end();
    (void)client.receive_to("nothing of the kind");
    CHECK(client.is_closed());
    f.script.wait_for_listeners(0);
  }

  TEST_CASE("a stream without events has a heartbeat") {
    HttpFixture f({.heartbeat = 10ms});
    StreamClient client(f);
    for (int beat = 0; beat < 3; ++beat) CHECK(client.receive_to(":\n\n").ends_with(":\n\n"));
  }

  TEST_CASE("a stream ends when its time is over, for its client to come again") {
    HttpFixture f({.heartbeat = 10ms, .stream_time = 50ms});
    StreamClient client(f);
    (void)client.receive_to("nothing of the kind");
    CHECK(client.is_closed());
  }

  TEST_CASE("a stop of the server ends the streams at once") {
    HttpFixture f;
    StreamClient client(f);
    (void)client.receive_to(":\n\n");
    f.stop();
    (void)client.receive_to("nothing of the kind");
    CHECK(client.is_closed());
  }

  TEST_CASE("a HEAD of a stream is its head alone") {
    HttpFixture f;
    LoopbackClient client(f.port());
    CHECK(status_of(client.ask("HEAD /events HTTP/1.0\r\n\r\n")) == 200);
    CHECK(client.is_closed());
  }

  TEST_CASE("a client that goes away takes its stream along") {
    HttpFixture f({.heartbeat = 10ms});
    {
      StreamClient client(f);
      f.script.wait_for_listeners(1);
    }
    f.script.wait_for_listeners(0);
  }

  TEST_CASE("a client that does not read holds up nobody, and is dropped") {
    HttpFixture f({.write_time = 200ms});
    StreamClient slow(f);
    f.script.wait_for_listeners(1);
    f.script.tell("data: " + std::string(kManyBytes, 'x') + "\n\n");
    LoopbackClient other(f.port());
    CHECK(status_of(other.ask(kTiny)) == 200);
    f.script.wait_for_listeners(0);
    CHECK(slow.receive_to("\n\n").size() < kManyBytes);
  }

  TEST_CASE("a stream waits without a worker") {
    HttpFixture f;
    std::vector<std::unique_ptr<StreamClient>> clients;
    for (int count = 0; count < 10; ++count) clients.push_back(std::make_unique<StreamClient>(f));
    for (auto& client : clients) (void)client->receive_to(":\n\n");
    LoopbackClient client(f.port());
    CHECK(client.ask("POST /echo/a HTTP/1.1\r\nHost: kiosk\r\nContent-Length: 1\r\n\r\nb")
              .ends_with("a:b"));
  }
}
