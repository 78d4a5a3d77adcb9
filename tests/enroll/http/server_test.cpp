// The server as clients meet it, the kind ones and the others.

#include "enroll/http/server.h"

#include <csignal>
#include <fstream>

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include "tests/enroll/http/http_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

using firstkey::enroll::http::Door;
using firstkey::enroll::http::Limits;
using firstkey::enroll::http::Server;
using firstkey::enroll::http::TlsFiles;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kTiny = "GET /tiny HTTP/1.1\r\nHost: kiosk\r\n\r\n";

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: kiosk\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: kiosk\r\n\r\n";
}

/// A certificate of `name` with its key, as the files a server is started with.
class Identity {
 public:
  explicit Identity(const std::string& name) { write(name); }
  void write(const std::string& name) {
    const auto made = self_signed(CertificateShape::authority(name));
    std::ofstream(files.certificate, std::ios::trunc) << to_pem(made.der);
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> key(std::fopen(files.key.c_str(), "w"),
                                                                 std::fclose);
    REQUIRE(::PEM_write_PrivateKey(
                key.get(), made.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  }

  TemporaryFolder folder;
  TlsFiles files{.certificate = folder / "certificate.pem", .key = folder / "key.pem"};
};

}  // namespace

TEST_SUITE("enroll/http/server") {
  TEST_CASE("requests of one connection are answered one after the other, also sent at once") {
    HttpFixture f;
    LoopbackClient client(f.port());
    const auto echo = post("/echo/a", "one");
    CHECK(client.ask(std::string(kTiny) + echo).ends_with("{}"));
    CHECK(client.receive().ends_with("a:one"));
    CHECK(client.ask(post("/echo/b%20c", "two")).ends_with("b c:two"));
  }

  TEST_CASE("every answer carries the id that is in the log, and is not to be kept") {
    HttpFixture f;
    LoopbackClient client(f.port());
    const auto answer = client.ask(kTiny);
    CHECK(status_of(answer) == 200);
    CHECK(answer.contains("request-id: "));
    CHECK(answer.contains("Cache-Control: no-store"));
  }

  TEST_CASE("a HEAD gets the head of the GET alone") {
    HttpFixture f;
    LoopbackClient client(f.port());
    const auto answer = client.ask("HEAD /tiny HTTP/1.0\r\n\r\n");
    CHECK(answer.contains("Content-Length: 2"));
    CHECK(answer.ends_with("\r\n\r\n"));
    CHECK(client.is_closed());
  }

  TEST_CASE("paths that lead nowhere, tricks among them, are not found") {
    HttpFixture f;
    for (const auto* path : {"/",
                             "/tiny/",
                             "//tiny",
                             "/echo/..",
                             "/echo/%2e%2e",
                             "/echo/%00",
                             "/echo/%zz",
                             "/echo/a/b",
                             "*",
                             "http://elsewhere/tiny"}) {
      CAPTURE(path);
      LoopbackClient client(f.port());
      CHECK(status_of(client.ask(get(path))) == 404);
    }
  }

  TEST_CASE("a path of another method says which") {
    HttpFixture f;
    LoopbackClient client(f.port());
    const auto answer = client.ask(post("/tiny", ""));
    CHECK(status_of(answer) == 405);
    CHECK(answer.contains("Allow: GET"));
    CHECK(answer.contains(R"("code":"method_not_allowed")"));
  }

  TEST_CASE("what is not HTTP, or says its length twice, is refused and the connection closed") {
    HttpFixture f;
    for (const auto* text : {"\x16\x03\x01 hello\r\n\r\n",
                             "GET /tiny HTTP/9.9\r\n\r\n",
                             "POST /echo/a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: "
                             "2\r\n\r\nab",
                             "POST /echo/a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: "
                             "chunked\r\n\r\n0\r\n\r\n",
                             "GET /tiny HTTP/1.1\r\nBroken header\r\n\r\n"}) {
      CAPTURE(text);
      LoopbackClient client(f.port());
      CHECK(status_of(client.ask(text)) == 400);
      CHECK(client.is_closed());
    }
  }

  TEST_CASE("a header is taken up to its limit") {
    HttpFixture f;
    const auto sized = [](std::size_t size) {
      std::string text = "GET /tiny HTTP/1.1\r\nX: ";
      text += std::string(size - text.size() - 4, 'x');
      return text + "\r\n\r\n";
    };
    const Limits limits;
    LoopbackClient within(f.port());
    CHECK(status_of(within.ask(sized(limits.header_bytes))) == 200);
    LoopbackClient beyond(f.port());
    CHECK(status_of(beyond.ask(sized(limits.header_bytes + 100))) == 431);
    CHECK(beyond.is_closed());
  }

  TEST_CASE("a body is taken up to its limit, announced or in chunks") {
    HttpFixture f({.body_bytes = 1000});
    LoopbackClient client(f.port());
    CHECK(status_of(client.ask(post("/echo/a", std::string(1000, 'x')))) == 200);
    CHECK(status_of(client.ask(post("/echo/a", std::string(1001, 'x')))) == 413);
    CHECK(client.is_closed());
    LoopbackClient chunked(f.port());
    const std::string head = "POST /echo/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(status_of(chunked.ask(head + "3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n")) ==
          413);
  }

  TEST_CASE("a gigabyte is refused before it is sent, and hurts nobody") {
    HttpFixture f;
    LoopbackClient greedy(f.port());
    CHECK(status_of(greedy.ask("POST /echo/a HTTP/1.1\r\nContent-Length: 1073741824\r\n\r\n")) ==
          413);
    LoopbackClient other(f.port());
    CHECK(status_of(other.ask(kTiny)) == 200);
  }

  TEST_CASE("who asks whether to go on is told to") {
    HttpFixture f;
    LoopbackClient client(f.port());
    CHECK(status_of(client.ask("POST /echo/a HTTP/1.1\r\nExpect: 100-continue\r\n"
                               "Content-Length: 2\r\n\r\n")) == 100);
    CHECK(client.ask("hi").ends_with("a:hi"));
  }

  TEST_CASE("a client that never ends its header is cut off, whatever it goes on sending") {
    HttpFixture f({.header_time = 200ms});
    LoopbackClient slow(f.port());
    CHECK(slow.send("GET /tiny HTTP/1.1\r\n"));
    LoopbackClient other(f.port());
    CHECK(status_of(other.ask(kTiny)) == 200);
    while (slow.send("X")) CHECK(status_of(other.ask(kTiny)) == 200);
    CHECK(slow.is_closed());
  }

  TEST_CASE("so is one that never sends its body, and one that never asks") {
    HttpFixture f({.idle_time = 200ms, .body_time = 200ms});
    LoopbackClient slow(f.port());
    CHECK(slow.send("POST /echo/a HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"));
    LoopbackClient silent(f.port());
    CHECK(slow.is_closed());
    CHECK(silent.is_closed());
  }

  TEST_CASE("an address has no more connections than it may") {
    HttpFixture f({.connections_of_address = 2});
    LoopbackClient first(f.port());
    auto second = std::make_unique<LoopbackClient>(f.port());
    CHECK(status_of(first.ask(kTiny)) == 200);
    CHECK(status_of(second->ask(kTiny)) == 200);
    LoopbackClient third(f.port());
    CHECK(third.is_closed());
    CHECK(f.metrics.text().contains("firstkey_connections_refused_total 1"));
  }

  TEST_CASE("while all hashing is busy, and more waits than may, others are answered") {
    HttpFixture f;
    LoopbackClient running(f.port());
    CHECK(running.send(get("/hash")));
    f.gate.wait_for_arrivals(1);
    LoopbackClient waiting(f.port());
    CHECK(waiting.send(get("/hash")));
    LoopbackClient client(f.port());
    // Whether it came before the one that waits is open; a second one did not.
    LoopbackClient another(f.port());
    CHECK(another.send(get("/hash")));
    CHECK(status_of(client.ask(kTiny)) == 200);
    CHECK(client.ask(post("/echo/a", "b")).ends_with("a:b"));
    const auto refused = client.ask(get("/hash"));
    CHECK(status_of(refused) == 429);
    CHECK(refused.contains("Retry-After: 1"));
    f.gate.open();
    CHECK(running.receive().ends_with("hashed"));
  }

  TEST_CASE("a request that fails is one request's failure, without its reason") {
    HttpFixture f;
    LoopbackClient client(f.port());
    const auto answer = client.ask(get("/throws"));
    CHECK(status_of(answer) == 500);
    CHECK_FALSE(answer.contains("out of luck"));
    CHECK(status_of(client.ask(kTiny)) == 200);
  }

  TEST_CASE("stopping finishes what runs, closes what waits and takes nothing new") {
    HttpFixture f;
    LoopbackClient idle(f.port());
    CHECK(status_of(idle.ask(kTiny)) == 200);
    LoopbackClient running(f.port());
    CHECK(running.send(get("/held")));
    f.gate.wait_for_arrivals(1);
    f.server->stop();
    CHECK(idle.is_closed());
    CHECK_FALSE(LoopbackClient(f.port()).is_connected());
    f.gate.open();
    const auto answer = running.receive();
    CHECK(answer.ends_with("held"));
    CHECK(answer.contains("Connection: close"));
    CHECK(running.is_closed());
    f.thread.join();
  }

  TEST_CASE("stopping waits no longer than it may") {
    HttpFixture f({.drain_time = 100ms});
    LoopbackClient running(f.port());
    CHECK(running.send(get("/held")));
    f.gate.wait_for_arrivals(1);
    f.stop();  // returns, though the gate is shut
    CHECK_FALSE(LoopbackClient(f.port()).is_connected());
  }

  TEST_CASE("over TLS, a certificate is read again while connections go on") {
    Identity identity("first.example.org");
    HttpFixture f({}, &identity.files);
    LoopbackClient before(f.port(), LoopbackClient::Security::kTls);
    CHECK(before.server_name() == "first.example.org");
    identity.write("second.example.org");
    f.server->reload();
    CHECK(before.ask(kTiny).ends_with("{}"));
    LoopbackClient after(f.port(), LoopbackClient::Security::kTls);
    CHECK(after.server_name() == "second.example.org");
    CHECK(before.ask(kTiny).ends_with("{}"));
  }

  TEST_CASE("a certificate that does not read leaves the one there was") {
    Identity identity("first.example.org");
    HttpFixture f({}, &identity.files);
    std::ofstream(identity.files.certificate, std::ios::trunc) << "nonsense";
    f.server->reload();
    LoopbackClient client(f.port(), LoopbackClient::Security::kTls);
    CHECK(client.server_name() == "first.example.org");
  }

  TEST_CASE("a client that speaks no TLS, or never ends its handshake, is cut off") {
    Identity identity("first.example.org");
    HttpFixture f({.handshake_time = 200ms}, &identity.files);
    LoopbackClient plain(f.port());
    CHECK(plain.send(kTiny));
    LoopbackClient silent(f.port());
    CHECK_FALSE(plain.receive().contains("200"));
    CHECK(silent.is_closed());
  }

  TEST_CASE("without TLS nothing is served beyond loopback") {
    HttpFixture f;
    const auto refusal = [&](Door door) {
      door.dispatcher = &f.dispatcher;
      const auto opened = Server::open({door}, {}, {.metrics = f.metrics, .log = f.log});
      return opened ? std::string() : opened.error().detail;
    };
    CHECK(refusal({.address = "0.0.0.0"}).contains("not loopback"));
    CHECK(refusal({.address = "::"}).contains("not loopback"));
    CHECK(refusal({.address = "::1"}).empty());
    CHECK_FALSE(refusal({.address = "127.0.0.1", .port = f.port()}).empty());
    CHECK_FALSE(refusal({.address = "localhost"}).empty());
  }

  TEST_CASE("more connections than files is refused at the start, with both numbers") {
    const auto refused = firstkey::enroll::http::secure_file_limit(100'000'000);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.contains("100000064"));
    CHECK(firstkey::enroll::http::secure_file_limit(10));
  }
}
