// firstkey-softkey as a process: what it prints, how it ends, what it leaves behind.
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/running_program.h"
#include "tests/support/temporary_folder.h"

namespace {

using firstkey::tests::Finished;
using firstkey::tests::run;
using firstkey::tests::RunningProgram;
using firstkey::tests::TemporaryFolder;

Finished run_softkey(const std::string& options) {
  return run("'" FIRSTKEY_SOFTKEY "' " + options + " 2>/dev/null");
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

const std::string kServe = "exec '" FIRSTKEY_SOFTKEY "' --udp 127.0.0.1:0:7112 ";

}  // namespace

TEST_SUITE("device/softkey/program") {
  TEST_CASE("it says where it can be reached, and ends as it is asked to") {
    for (const int signal : {SIGTERM, SIGINT}) {
      CAPTURE(signal);
      RunningProgram key(kServe);
      const std::string ready = key.line();
      CHECK(ready.starts_with("ready udp:127.0.0.1:"));
      CHECK(ready.ends_with(":7112"));
      CHECK(key.end(signal) == 0);
    }
  }

  TEST_CASE("the ready line goes to the descriptor named") {
    RunningProgram key(kServe + "--serve-ready-fd 3 3>&1 >/dev/null");
    CHECK(key.line().starts_with("ready udp:127.0.0.1:"));
    CHECK(key.end(SIGTERM) == 0);
  }

  TEST_CASE("it ends with its parent where asked to") {
    RunningProgram parent("'" FIRSTKEY_SOFTKEY
                          "' --udp 127.0.0.1:0:7112 --exit-with-parent & wait");
    CHECK(parent.line().starts_with("ready "));
    parent.end(SIGKILL);
    CHECK(parent.has_output_ended());
  }

  TEST_CASE("a second key on the same state is refused") {
    const TemporaryFolder folder;
    const std::string state = "--state '" + folder / "my.key" + "' ";
    RunningProgram key(kServe + state);
    REQUIRE(key.line().starts_with("ready "));
    CHECK(run_softkey(state + "--print-root").status == 1);
    CHECK(key.end(SIGTERM) == 0);
    CHECK(run_softkey(state + "--print-root").status == 0);
  }

  TEST_CASE("the root of a state is the same whenever and however it is asked for") {
    const TemporaryFolder folder;
    const std::string state = "--state '" + folder / "my.key" + "' ";
    const std::string root = folder / "root.pem";
    const Finished printed = run_softkey(state + "--print-root");
    CHECK(printed.status == 0);
    CHECK(printed.text.starts_with("-----BEGIN CERTIFICATE-----"));
    CHECK(run_softkey(state + "--root-out '" + root + "'").status == 0);
    CHECK(read_text(root) == printed.text);
  }

  TEST_CASE("what it cannot start with ends it with status 1") {
    const TemporaryFolder folder;
    std::ofstream(folder / "damaged.key") << "not a key";
    CHECK(run_softkey("--print-root --state '" + folder / "damaged.key" + "'").status == 1);
    CHECK(run_softkey("--print-root --state '" + folder / "absent/my.key" + "'").status == 1);
    CHECK(run_softkey("--state '" + folder / "my.key" + "' --root-out '" + folder.path() + "'")
              .status == 1);
    CHECK(run_softkey("--vpcd 127.0.0.1:1").status == 1);  // tcpmux: nobody listens there
  }

  TEST_CASE("misuse ends it with status 2, help with 0") {
    CHECK(run_softkey("").status == 2);
    CHECK(run_softkey("--udp 10.0.0.1:1:2").status == 2);
    CHECK(run_softkey("--help").status == 0);
  }
}
