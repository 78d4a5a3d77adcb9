// One verifier and a station, each the program itself: joining, enrolling, and what happens when
// the verifier goes away.

#include <csignal>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/served_desk.h"

using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the desk's verbs

TEST_SUITE("e2e/cli_serve") {
  TEST_CASE("a station joins by its code and enrolls at the verifier as beside a store") {
    const ServedDesk desk;
    CHECK(desk.join(desk.admit()).status == 0);
    const auto enrolled = desk.enroll_there();
    REQUIRE_MESSAGE(enrolled.status == 0, enrolled.text);
    const auto id = boost::json::parse(enrolled.text).at("value").at(0).at("id");
    CHECK(desk.answer("credential list lee@example.org").at("value").at(0).at("id") == id);
    CHECK(desk.answer("session list").at("value").at(0).at("station") == "kiosk");
  }

  TEST_CASE("a code is good once, and a station that was removed is refused") {
    const ServedDesk desk;
    const auto code = desk.admit();
    CHECK(desk.join(code).status == 0);
    (void)desk.answer("station remove kiosk");
    const auto refused = desk.enroll_there();
    CHECK(refused.status == 3);
    CHECK(code_of(refused) == "station_unknown");
    CHECK(desk.pass_is_usable());
    CHECK(run("rm '" + desk.station / "station" + "'").status == 0);
    CHECK(code_of(desk.join(code)) == "station_unknown");
  }

  TEST_CASE("a verifier that is not there is status 8, and spends nothing") {
    ServedDesk desk;
    CHECK(desk.join(desk.admit()).status == 0);
    CHECK(desk.server.end(SIGTERM) == 0);
    const auto unreachable = desk.enroll_there();
    CHECK(unreachable.status == 8);
    CHECK(code_of(unreachable) == "verifier_unreachable");
    CHECK(desk.pass_is_usable());
  }

  TEST_CASE("a verifier signs where its trail ends, at its beginning and at its end") {
    ServedDesk desk;
    CHECK(desk.server.end(SIGTERM) == 0);
    const auto heads = " '" + desk.folder / "heads" + "'";
    RunningProgram signing("exec " + desk.program() +
                           " --json serve --insecure-http 127.0.0.1:0 --audit-heads" + heads +
                           " 2>/dev/null");
    (void)signing.line();
    const auto verify = "audit verify --heads" + heads;
    CHECK(desk.answer(verify).at("unsigned").as_array().empty());
    (void)desk.admit();
    CHECK_FALSE(desk.answer(verify).at("unsigned").as_array().empty());
    CHECK(signing.end(SIGTERM) == 0);
    CHECK(desk.answer(verify).at("unsigned").as_array().empty());
  }

  TEST_CASE("a machine that joined no verifier, or another one, enrolls at none") {
    const ServedDesk desk;
    CHECK(code_of(desk.enroll_there()) == "station_unknown");
  }
}
