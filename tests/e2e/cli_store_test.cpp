// Backups, and what becomes of passes when one is restored; a file that goes on in a database.

#include <filesystem>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/parts.h"
#include "tests/support/postgres_server.h"
#include "tests/support/served_desk.h"

using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the desk's verbs

namespace {

const NeededPart kServer("PostgreSQL's server", PostgresServer::is_possible());

void empty_database() {
  postgres_server().run_sql("DROP SCHEMA IF EXISTS firstkey CASCADE");
}

/// As if the disk with the store had been lost.
void lose(const EnrollmentDesk& desk) {
  empty_database();
  for (const auto* rest : {"", "-wal", "-shm"}) std::filesystem::remove(desk.store + rest);
}

std::string code_of_command(const EnrollmentDesk& desk, const std::string& arguments) {
  return code_of(run(desk.program() + " --json " + arguments));
}

/// "copy" for a shell, into the suite's database.
std::string copying() {
  return "store copy --to '" + postgres_server().location() + "'";
}

}  // namespace

TEST_SUITE("e2e/cli_store") {
  TEST_CASE("a pass that was redeemed after the backup is void once that backup is restored") {
    for (const auto& location : {std::string(), postgres_server().location()}) {
      CAPTURE(location);
      empty_database();
      const EnrollmentDesk desk("", location);
      (void)desk.answer("store backup " + desk.folder / "backup");
      desk.bring(desk.passcode, "2468");
      REQUIRE(desk.enroll(desk.unattended()).status == 0);
      lose(desk);
      const auto restored = desk.answer("store restore " + desk.folder / "backup");
      CHECK(restored.at("epoch") == 2);
      CHECK(restored.at("passes") == 2);
      CHECK(desk.failure(desk.unattended(), 3) == "refused");
      CHECK(desk.answer("audit verify").at("rows").as_int64() > 5);
      (void)desk.answer("pass create lee@example.org");
    }
  }

  TEST_CASE("stations of a backup join anew, and its API credentials are void") {
    const EnrollmentDesk desk;
    (void)desk.answer("station add kiosk");
    (void)desk.answer("api-credential create --for ana@example.org --name nightly");
    (void)desk.answer("store backup " + desk.folder / "backup");
    lose(desk);
    CHECK(desk.answer("store restore " + desk.folder / "backup").at("stations") == 1);
    CHECK(desk.answer("station list").at("value").as_array().empty());
    const auto credentials = desk.answer("api-credential list");
    CHECK(credentials.at("value").at(0).at("state") == "revoked");
  }

  TEST_CASE("nothing is restored over a store, and what is no backup is told as such") {
    empty_database();
    const EnrollmentDesk desk("", postgres_server().location());
    (void)desk.answer("store backup " + desk.folder / "backup");
    CHECK(code_of_command(desk, "store restore " + desk.folder / "backup") == "already_exists");
    CHECK(code_of_command(desk, "store restore " + desk.folder / "policy") == "store_damaged");
    CHECK(desk.pass_is_usable());
  }

  TEST_CASE("a backup is restored only beside its pepper, and else leaves nothing behind") {
    empty_database();
    const EnrollmentDesk desk("", postgres_server().location());
    (void)desk.answer("store backup " + desk.folder / "backup");
    const EnrollmentDesk elsewhere;
    lose(desk);
    const auto refused =
        run("'" FIRSTKEY_PROGRAM "' --json --store '" + desk.store + "' --state-folder '" +
            elsewhere.folder.path() + "' store restore " + desk.folder / "backup");
    CHECK(code_of(refused) == "pepper_unreadable");
    CHECK(code_of_command(desk, "user list") == "not_initialised");
    CHECK(desk.answer("store restore " + desk.folder / "backup").at("epoch") == 2);
  }

  TEST_CASE("a file that was copied into a database goes on there and nowhere else") {
    empty_database();
    ServedDesk desk;
    REQUIRE(desk.join(desk.admit()).status == 0);
    const auto users = desk.answer("user list");
    (void)desk.answer(copying());
    CHECK(code_of_command(desk, "user list") == "store_unreachable");
    CHECK(code_of(desk.enroll_there()) == "store_unreachable");
    desk.store = postgres_server().location();
    CHECK(desk.answer("user list") == users);
    CHECK(desk.answer("audit verify").at("rows").as_int64() > 5);
    desk.bring(desk.passcode, "2468");
    CHECK(desk.enroll(desk.unattended()).status == 0);
  }
}
