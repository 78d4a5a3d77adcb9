// The main job from the command line: a pass becomes a proved credential on a software key in a
// process of its own, unattended and with a person at a terminal.

#include <filesystem>
#include <string>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/enrollment_desk.h"
#include "tests/support/pseudo_terminal.h"

using namespace firstkey::tests;

namespace json = boost::json;

TEST_SUITE("e2e/cli_enrollment") {
  TEST_CASE("a script turns a pass into a proved credential") {
    const EnrollmentDesk desk;
    desk.bring(desk.passcode, "2468");
    const auto ran = desk.enroll(desk.unattended());
    REQUIRE_MESSAGE(ran.status == 0, ran.text);
    const auto report = json::parse(ran.text).as_object();
    CHECK(report.at("userPrincipalName").as_string() == "lee@example.org");
    CHECK(report.at("timeToSpareInSeconds").as_int64() > 500);
    const auto& credential = report.at("value").at(0).as_object();
    CHECK(credential.at("isProven").as_bool());
    CHECK(credential.at("isSimulated").as_bool());
    CHECK(credential.at("attestationFormat").as_string() == "packed");
    const std::string id(credential.at("id").as_string());
    CHECK(desk.answer("credential show -- " + id).at("correlationId") ==
          report.at("correlationId"));
    CHECK(desk.answer("session list").at("value").at(0).at("state").as_string() == "completed");
    CHECK(desk.answer("audit verify").at("chains").as_array().size() == 1);
  }

  TEST_CASE("nothing of an enrollment is left behind but its record") {
    const EnrollmentDesk desk;
    desk.bring(desk.passcode, "2468");
    REQUIRE(desk.enroll(desk.unattended() + " --station desk").status == 0);
    CHECK_FALSE(std::filesystem::exists(desk.folder / "ticket-desk"));
    CHECK(desk.failure(desk.unattended() + " --resume --station desk", 2) == "invalid_argument");
  }

  TEST_CASE("what is missing without a terminal is named, before the pass is spent") {
    const EnrollmentDesk desk;
    desk.bring(desk.passcode, "2468");
    CHECK(desk.failure("lee@example.org --passcode-fd 0 " + desk.simulator(), 2) ==
          "invalid_argument");
    CHECK(desk.failure("lee@example.org --pin-fd 0 " + desk.simulator(), 2) == "invalid_argument");
    CHECK(desk.failure("--passcode-fd 0 --pin-fd 0 " + desk.simulator(), 2) == "invalid_argument");
    CHECK(desk.failure("lee@example.org --passcode-fd 77 --pin-fd 0", 2) == "invalid_argument");
    CHECK(desk.failure("lee@example.org --passcode-fd 0 --pin-fd 0 --device nowhere", 2) ==
          "invalid_argument");
    CHECK(desk.pass_is_usable());
  }

  TEST_CASE("without a key an unattended enrollment does not begin") {
    EnrollmentDesk desk;
    desk.key.end();
    desk.bring(desk.passcode, "2468");
    CHECK(desk.failure(desk.unattended(), 5) == "no_key");
    CHECK(desk.pass_is_usable());
  }

  TEST_CASE("a wrong passcode is refused, and a wrong PIN is tried once") {
    EnrollmentDesk desk;
    desk.bring("AAAA-AAAA", "2468");
    CHECK(desk.failure(desk.unattended(), 3) == "refused");
    desk.bring(desk.passcode, "2468");
    REQUIRE(desk.enroll(desk.unattended()).status == 0);
    desk.issue();
    desk.bring(desk.passcode, "1357");
    CHECK(desk.failure(desk.unattended(), 3) == "pin_wrong");
    const auto key =
        desk.answer("key info " + desk.simulator() + " --device " + desk.key.path().text);
    CHECK(key.at("pin").at("attemptsLeft").as_int64() == 7);
  }

  TEST_CASE("a key that cannot be used is told, not waited for") {
    EnrollmentDesk desk("--no-resident-keys");
    desk.bring(desk.passcode, "2468");
    CHECK(desk.failure(desk.unattended(), 5) == "no_resident_keys");
  }

  TEST_CASE("a person at a terminal is led through it") {
    const EnrollmentDesk desk;
    PseudoTerminal person([&] {
      const auto command = desk.program() + " enroll lee@example.org " + desk.simulator();
      return ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
    });
    (void)person.read_until("Passcode: ");
    CHECK_FALSE(person.echoes());
    person.type(desk.passcode + "\n");
    CHECK(person.read_until("characters): ").find(desk.passcode) == std::string::npos);
    person.type("2468\n");
    (void)person.read_until("again: ");
    person.type("2468\n");
    const auto story = person.read_until("(y/N): ");
    CHECK(story.find("Verified") != std::string::npos);
    CHECK(story.find("Proved") != std::string::npos);
    person.type("n\n");
    CHECK(person.read_until("to spare").find("registered for lee@example.org") !=
          std::string::npos);
    CHECK(person.wait() == 0);
  }

  TEST_CASE("what a killed program left is resumed with the passcode, and only at its station") {
    EnrollmentDesk desk("--touch never");
    desk.bring(desk.passcode, "2468");
    {
      RunningProgram killed("exec " + desk.program() + " --json enroll " + desk.unattended() +
                            " --station desk < '" + desk.folder / "secrets" + "' 2>&1 --events");
      for (auto line = killed.line(); line.find("touch_needed") == std::string::npos;) {
        REQUIRE_FALSE(line.empty());
        line = killed.line();
      }
      (void)killed.end(SIGKILL);
    }
    CHECK(desk.failure(desk.unattended() + " --station desk", 2) == "invalid_argument");
    CHECK(desk.failure(desk.unattended() + " --resume --station hall", 2) == "invalid_argument");
    desk.bring("AAAA-AAAA", "2468");
    CHECK(desk.failure(desk.unattended() + " --resume --station desk", 3) == "refused");
    desk.key.end();
    desk.key.start();
    desk.bring(desk.passcode, "2468");
    const auto ran = desk.enroll(desk.unattended() + " --resume --station desk");
    REQUIRE_MESSAGE(ran.status == 0, ran.text);
    CHECK(desk.answer("session list").at("value").as_array().size() == 1);
    CHECK(desk.answer("session list").at("value").at(0).at("state").as_string() == "completed");
  }

  TEST_CASE("two enrollments at one station do not share a ticket") {
    const EnrollmentDesk desk("--touch never");
    desk.bring(desk.passcode, "2468");
    RunningProgram first("exec " + desk.program() + " --json enroll " + desk.unattended() +
                         " --station desk < '" + desk.folder / "secrets" + "' 2>&1 --events");
    REQUIRE_FALSE(first.line().empty());
    CHECK(desk.failure(desk.unattended() + " --station desk", 2) == "invalid_argument");
    CHECK(first.end(SIGTERM) == 130);
  }

  TEST_CASE("^C cancels, and the terminal is left as it was") {
    const EnrollmentDesk desk("--touch never");
    PseudoTerminal person([&] {
      const auto command = desk.program() + " enroll lee@example.org " + desk.simulator();
      return ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
    });
    (void)person.read_until("Passcode: ");
    person.type(desk.passcode + "\n");
    (void)person.read_until("characters): ");
    person.type("\x03");
    CHECK(person.wait() == 130);
    CHECK(desk.answer("session list").at("value").at(0).at("state").as_string() == "cancelled");
  }
}
