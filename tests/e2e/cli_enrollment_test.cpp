// The main job from the command line: a pass becomes a proved credential on a software key in a
// process of its own, unattended and with a person at a terminal.

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/pseudo_terminal.h"
#include "tests/support/running_program.h"
#include "tests/support/softkey_process.h"
#include "tests/support/temporary_folder.h"

using namespace firstkey::tests;

namespace {

namespace json = boost::json;

/// A desk that allows software keys, with one of them, and a pass for Lee.
class Desk {
 public:
  explicit Desk(const std::string& key_options = "") : key(key_options) {
    (void)answer("init --rp-id example.org --user ana@example.org");
    (void)answer("user add lee@example.org --name 'Lee Osei'");
    write("policy", R"({"allowSimulators":true})");
    (void)answer("policy set keys " + folder / "policy");
    issue();
  }

  void issue() {
    const auto pass = answer("pass create lee@example.org --one-time");
    passcode = std::string(pass.at("temporaryAccessPass").as_string());
  }
  /// Writes passcode and PIN, a line each, where enroll() reads them.
  void bring(const std::string& code, const std::string& pin) const {
    write("secrets", code + "\n" + pin + "\n");
  }
  [[nodiscard]] Finished enroll(const std::string& options) const {
    return run(program() + " --json enroll " + options + " < '" + folder / "secrets" +
               "' 2>/dev/null");
  }
  [[nodiscard]] std::string simulator() const { return "--simulator " + key.address().to_string(); }
  [[nodiscard]] std::string unattended() const {
    return "lee@example.org --passcode-fd 0 --pin-fd 0 " + simulator();
  }
  /// The stable code of an enrollment that must fail with `status`.
  [[nodiscard]] std::string failure(const std::string& options, int status) const {
    const auto ran = enroll(options);
    CAPTURE(ran.text);
    CHECK(ran.status == status);
    return std::string(json::parse(ran.text).at("error").at("code").as_string());
  }
  [[nodiscard]] json::object answer(const std::string& arguments) const {
    const auto ran = run(program() + " --json " + arguments);
    REQUIRE_MESSAGE(ran.status == 0, ran.text);
    return json::parse(ran.text).as_object();
  }
  [[nodiscard]] bool pass_is_usable() const {
    return answer("pass show lee@example.org").at("isUsable").as_bool();
  }
  [[nodiscard]] std::string program() const {
    return "'" FIRSTKEY_PROGRAM "' --store '" + folder / "firstkey.db" + "'";
  }

  TemporaryFolder folder;
  SoftkeyProcess key;
  std::string passcode;

 private:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::trunc) << text;
  }
};

}  // namespace

TEST_SUITE("e2e/cli_enrollment") {
  TEST_CASE("a script turns a pass into a proved credential") {
    const Desk desk;
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
    CHECK(desk.answer("audit verify").contains("lastHash"));
  }

  TEST_CASE("nothing of an enrollment is left behind but its record") {
    const Desk desk;
    desk.bring(desk.passcode, "2468");
    REQUIRE(desk.enroll(desk.unattended() + " --station desk").status == 0);
    CHECK_FALSE(std::filesystem::exists(desk.folder / "ticket-desk"));
    CHECK(desk.failure(desk.unattended() + " --resume --station desk", 2) == "invalid_argument");
  }

  TEST_CASE("what is missing without a terminal is named, before the pass is spent") {
    const Desk desk;
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
    Desk desk;
    desk.key.end();
    desk.bring(desk.passcode, "2468");
    CHECK(desk.failure(desk.unattended(), 5) == "no_key");
    CHECK(desk.pass_is_usable());
  }

  TEST_CASE("a wrong passcode is refused, and a wrong PIN is tried once") {
    Desk desk;
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
    Desk desk("--no-resident-keys");
    desk.bring(desk.passcode, "2468");
    CHECK(desk.failure(desk.unattended(), 5) == "no_resident_keys");
  }

  TEST_CASE("a person at a terminal is led through it") {
    const Desk desk;
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
    Desk desk("--touch never");
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
    const Desk desk("--touch never");
    desk.bring(desk.passcode, "2468");
    RunningProgram first("exec " + desk.program() + " --json enroll " + desk.unattended() +
                         " --station desk < '" + desk.folder / "secrets" + "' 2>&1 --events");
    REQUIRE_FALSE(first.line().empty());
    CHECK(desk.failure(desk.unattended() + " --station desk", 2) == "invalid_argument");
    CHECK(first.end(SIGTERM) == 130);
  }

  TEST_CASE("^C cancels, and the terminal is left as it was") {
    const Desk desk("--touch never");
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
