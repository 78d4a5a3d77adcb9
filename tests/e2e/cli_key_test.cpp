// Keys from the command line: a software key in a process of its own, looked at and waited for.

#include <string>

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <sys/resource.h>

#include "tests/support/pseudo_terminal.h"
#include "tests/support/running_program.h"
#include "tests/support/softkey_process.h"

using namespace firstkey::tests;

namespace {

namespace json = boost::json;

std::string simulator(const SoftkeyProcess& key) {
  return " --simulator " + key.address().to_string();
}

std::string command(const std::string& arguments) {
  return "'" FIRSTKEY_PROGRAM "' key " + arguments;
}

/// Runs it in a shell that takes "<<<": a descriptor that ends by itself.
Finished run_bash(const std::string& arguments) {
  return run("bash -c \"" + command("--json " + arguments) + " 2>/dev/null\"");
}

json::object answer(const std::string& arguments) {
  const auto ran = run_bash(arguments);
  REQUIRE_MESSAGE(ran.status == 0, ran.text);
  return json::parse(ran.text).as_object();
}

/// The stable code of a command that must fail with `status`.
std::string failure(const std::string& arguments, int status) {
  const auto ran = run_bash(arguments);
  CAPTURE(ran.text);
  CHECK(ran.status == status);
  return std::string(json::parse(ran.text).at("error").at("code").as_string());
}

/// A person at a terminal who gave a command.
PseudoTerminal at_terminal(const std::string& arguments) {
  return PseudoTerminal([&] {
    return ::execl("/bin/sh", "sh", "-c", ("exec " + command(arguments)).c_str(), nullptr);
  });
}

/// Processor time of the children that have ended so far.
double seconds_of_children() {
  rusage used{};
  REQUIRE(::getrusage(RUSAGE_CHILDREN, &used) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + (static_cast<double>(time.tv_usec) / 1e6);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double cost_of(const std::string& arguments) {
  const auto before = seconds_of_children();
  (void)run(command(arguments) + " 2>&1");
  return seconds_of_children() - before;
}

}  // namespace

TEST_SUITE("e2e/cli_key") {
  TEST_CASE("waiting for a key costs next to nothing") {
    const auto begun = cost_of("wait --for new --timeout 0");
    const auto waited = cost_of("wait --for new --timeout 3");
    // 0.5 % of a core is wanted and measured by tests/bench; a loop that polls takes far more.
    CHECK(waited - begun < 0.05 * 3);
  }

  TEST_CASE("without a key there is nothing to show, and what stands in the way is told") {
    SoftkeyProcess key;
    key.end();
    CHECK(failure("list" + simulator(key) + " --device " + key.path().text, 5) == "no_key");
    CHECK(failure("info" + simulator(key) + " --device " + key.path().text, 5) == "no_key");
    CHECK(failure("info --device elsewhere", 2) == "invalid_argument");
    CHECK(run(command("list") + simulator(key) + " 2>&1").text.find("no simulator answers") !=
          std::string::npos);
  }

  TEST_CASE("a key that comes is shown, and its going is waited for") {
    SoftkeyProcess key;
    key.end();
    RunningProgram waiting("exec " + command("--json wait --timeout 20") + simulator(key));
    key.start();
    CHECK(json::parse(waiting.line()).at("path").as_string() == key.path().text);
    RunningProgram leaving("exec " + command("--json wait --for removal") + simulator(key));
    key.end();
    CHECK(json::parse(leaving.line()).at("value").as_array().empty());
  }

  TEST_CASE("a person is told what to do, and may have enough") {
    SoftkeyProcess key;
    key.end();
    auto person = at_terminal("wait --timeout 60" + simulator(key));
    CHECK(person.read_until("left").find("Insert a security key") != std::string::npos);
    person.type("\x03");
    CHECK(person.wait() == 130);
  }

  TEST_CASE("of two keys the touched one is shown") {
    const SoftkeyProcess one("--touch never");
    const SoftkeyProcess two("--touch delay:300");
    auto person = at_terminal("blink" + simulator(one) + simulator(two));
    (void)person.read_until("2 keys blink: touch one");
    const auto shown = person.read_until(two.path().text);
    CHECK(shown.find(two.path().text) != std::string::npos);
    CHECK(shown.find(one.path().text) == std::string::npos);
    CHECK(person.wait() == 0);
  }

  TEST_CASE("what a key says of itself is told in words and whole") {
    const SoftkeyProcess key("--min-pin-length 6");
    const auto info = answer("info" + simulator(key));
    CHECK(info.at("pin").at("minimumLength").as_int64() == 6);
    CHECK(info.at("options").at("credMgmt").as_bool());
    const auto told = run(command("info") + simulator(key));
    CHECK(told.text.find("not set yet; at least 6 characters") != std::string::npos);
    CHECK(told.text.find("always-uv off") != std::string::npos);
  }

  TEST_CASE("a person gives a key its PIN and changes it, with the attempts in sight") {
    const SoftkeyProcess key;
    auto setting = at_terminal("pin set" + simulator(key));
    (void)setting.read_until("at least 4 characters): ");
    setting.type("2468\n");
    (void)setting.read_until("again: ");
    setting.type("2468\n");
    CHECK(setting.read_until("8 attempts left").find("2468") == std::string::npos);
    CHECK(setting.wait() == 0);

    auto changing = at_terminal("pin change" + simulator(key));
    (void)changing.read_until("(8 attempts left): ");
    changing.type("1111\n");
    (void)changing.read_until("characters): ");
    changing.type("135790\n");
    (void)changing.read_until("again: ");
    changing.type("135790\n");
    CHECK(changing.read_until("(7 attempts left): ").find("not its PIN") != std::string::npos);
    changing.type("2468\n");
    (void)changing.read_until("8 attempts left");
    CHECK(changing.wait() == 0);
  }

  TEST_CASE("three wrong PINs lock a key until it is inserted again, and a person learns it") {
    const SoftkeyProcess key;
    const auto pin = [](const char* digits) { return std::string(" --pin-fd 0 <<<") + digits; };
    REQUIRE(run_bash("pin set --new-pin-fd 0" + simulator(key) + " <<<2468").status == 0);
    const auto forced = "pin force-change" + simulator(key);
    CHECK(failure(forced + pin("1111"), 3) == "pin_invalid");
    CHECK(failure(forced + pin("1111"), 3) == "pin_invalid");
    CHECK(failure(forced + pin("1111"), 6) == "pin_auth_blocked");
    CHECK(failure(forced + pin("2468"), 6) == "pin_auth_blocked");
    key.replug();
    CHECK(answer(forced + pin("2468")).at("pin").at("attemptsLeft").as_int64() == 8);
    CHECK(failure("config always-uv on" + simulator(key) + pin("2468"), 3) == "pin_change_forced");
  }

  TEST_CASE("a reset is typed, and done when the key has been inserted again and touched") {
    const SoftkeyProcess key;
    REQUIRE(run_bash("pin set --new-pin-fd 0" + simulator(key) + " <<<2468").status == 0);
    const auto reset = "reset" + simulator(key) + " --device " + key.path().text;
    auto doubting = at_terminal(reset);
    (void)doubting.read_until("to go on: ");
    doubting.type("yes\n");
    CHECK(doubting.wait() == 2);
    auto sure = at_terminal(reset);
    CHECK(sure.read_until("to go on: ").find("for ever") != std::string::npos);
    sure.type("erase everything\n");
    (void)sure.read_until("Take the key out");
    key.replug();
    CHECK(sure.read_until("not set yet").find("Erased") != std::string::npos);
    CHECK(sure.wait() == 0);
    CHECK(failure("reset" + simulator(key) + " --confirm 'erase everything'", 2) ==
          "invalid_argument");
  }
}
