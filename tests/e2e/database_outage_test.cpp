// A server whose database goes away and comes back.

#include <charconv>

#include <doctest/doctest.h>
#include <poll.h>

#include "tests/support/loopback_client.h"
#include "tests/support/parts.h"
#include "tests/support/postgres_server.h"
#include "tests/support/served_desk.h"

using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the desk's verbs

namespace {

const NeededPart kServer("PostgreSQL's server", PostgresServer::is_possible());

std::string answer_of(const ServedDesk& desk, const std::string& path) {
  std::uint16_t port = 0;
  const auto text = desk.url.substr(desk.url.rfind(':') + 1);
  std::from_chars(text.data(), text.data() + text.size(), port);
  return LoopbackClient(port).ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

/// Whether the server is ready, at once or in a while.
bool gets_ready(const ServedDesk& desk) {
  constexpr int kPause = 50;  // ms
  for (int waited = 0; waited < kProgramPatience; waited += kPause) {
    if (status_of(answer_of(desk, "/readyz")) == 200) return true;
    (void)::poll(nullptr, 0, kPause);
  }
  return false;
}

}  // namespace

TEST_SUITE("e2e/database_outage") {
  TEST_CASE("a server without its database says when to come back, and recovers by itself") {
    postgres_server().run_sql("DROP SCHEMA IF EXISTS firstkey CASCADE");
    const ServedDesk desk(postgres_server().location());
    REQUIRE(desk.join(desk.admit()).status == 0);
    REQUIRE(gets_ready(desk));
    postgres_server().crash();
    const auto refused = answer_of(desk, "/readyz");
    CHECK(status_of(refused) == 503);
    CHECK(refused.contains("Retry-After: "));
    CHECK(status_of(answer_of(desk, "/healthz")) == 200);
    CHECK(code_of(desk.enroll_there()) == "store_unreachable");
    postgres_server().start();
    CHECK(gets_ready(desk));
    const auto enrolled = desk.enroll_there();
    CHECK_MESSAGE(enrolled.status == 0, enrolled.text);
  }
}
