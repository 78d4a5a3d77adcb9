// The program on a store in a PostgreSQL database: the main job beside it and at a server of it,
// and what another machine needs to take part.

#include <filesystem>
#include <fstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/parts.h"
#include "tests/support/postgres_server.h"
#include "tests/support/served_desk.h"

using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the desk's verbs

namespace {

const NeededPart kServer("PostgreSQL's server", PostgresServer::is_possible());

/// A database without a store in it.
std::string empty_database() {
  postgres_server().run_sql("DROP SCHEMA IF EXISTS firstkey CASCADE");
  return postgres_server().location();
}

/// Another machine, which has a folder of its own and reaches the same database.
struct OtherMachine {
  [[nodiscard]] Finished run(const std::string& arguments) const {
    return firstkey::tests::run("'" FIRSTKEY_PROGRAM "' --store '" + postgres_server().location() +
                                "' --state-folder '" + folder.path() + "' --json " + arguments +
                                " 2>/dev/null");
  }
  void bring(const EnrollmentDesk& desk, const char* name) const {
    std::filesystem::copy_file(
        desk.folder / name, folder / name, std::filesystem::copy_options::overwrite_existing);
  }
  TemporaryFolder folder;
};

}  // namespace

TEST_SUITE("e2e/cli_postgres") {
  TEST_CASE("a script turns a pass into a proved credential in a database") {
    const EnrollmentDesk desk("", empty_database());
    desk.bring(desk.passcode, "2468");
    const auto ran = desk.enroll(desk.unattended());
    REQUIRE_MESSAGE(ran.status == 0, ran.text);
    CHECK(boost::json::parse(ran.text).at("value").at(0).at("isProven").as_bool());
    CHECK(desk.answer("audit verify").at("rows").as_int64() > 5);
    CHECK(desk.failure(desk.unattended(), 3) == "refused");
  }

  TEST_CASE("a station enrolls at a server of a database as at one of a file") {
    const ServedDesk desk(empty_database());
    REQUIRE(desk.join(desk.admit()).status == 0);
    const auto enrolled = desk.enroll_there();
    REQUIRE_MESSAGE(enrolled.status == 0, enrolled.text);
    CHECK(desk.answer("session list").at("value").at(0).at("station") == "kiosk");
  }

  TEST_CASE("a database is found by a service of libpq's, where a password may be") {
    const EnrollmentDesk desk("", empty_database());
    std::ofstream(desk.folder / "services")
        << "[keys]\nuser=postgres\ndbname=postgres\npassword=x\n"
        << "host=" << postgres_server().folder() << "\n";
    const auto listed =
        run("PGSERVICEFILE='" + desk.folder / "services" +
            "' '" FIRSTKEY_PROGRAM "' --store postgres:service=keys --state-folder '" +
            desk.folder.path() + "' --json user list");
    CHECK(listed.status == 0);
  }

  TEST_CASE("a password on the command line is refused, and not repeated") {
    const OtherMachine machine;
    const auto refused = run("'" FIRSTKEY_PROGRAM
                             "' --json --store postgresql://a:hunter2@h/d "
                             "--state-folder '" +
                             machine.folder.path() + "' user list 2>&1");
    CHECK(refused.status == 2);
    CHECK(code_of(refused) == "invalid_argument");
    CHECK_FALSE(refused.text.contains("hunter2"));
  }

  TEST_CASE("a machine without the store's pepper, or with another, works with it in no way") {
    const EnrollmentDesk desk("", empty_database());
    const EnrollmentDesk elsewhere;
    const OtherMachine machine;
    CHECK(code_of(machine.run("init --rp-id example.org --user eve@example.org")) ==
          "pepper_unreadable");
    CHECK_FALSE(std::filesystem::exists(machine.folder / "pepper"));
    machine.bring(elsewhere, "pepper");
    CHECK(code_of(machine.run("user list")) == "pepper_unreadable");
    CHECK(code_of(machine.run("serve --insecure-http 127.0.0.1:0")) == "pepper_unreadable");
  }

  TEST_CASE("a machine with the pepper serves; it administers only as the installation of init") {
    const EnrollmentDesk desk("", empty_database());
    const OtherMachine machine;
    machine.bring(desk, "pepper");
    CHECK(code_of(machine.run("user list")) == "account_not_bound");
    RunningProgram server("exec '" FIRSTKEY_PROGRAM "' --store '" + desk.store +
                          "' --state-folder '" + machine.folder.path() +
                          "' --json serve --insecure-http 127.0.0.1:0 2>/dev/null");
    CHECK(server.line().contains("listening"));
    machine.bring(desk, "installation");
    CHECK(machine.run("user list").status == 0);
  }
}
