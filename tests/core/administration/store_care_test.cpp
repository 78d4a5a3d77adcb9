#include "core/administration/store_care.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "core/store/sqlite_store.h"
#include "tests/support/administration_fixture.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::Administration;
using firstkey::core::ClockCertainty;
using firstkey::core::ErrorCode;
using firstkey::core::PassVerifier;
using firstkey::core::Role;
using firstkey::core::SessionState;
using firstkey::core::SqliteStore;
using firstkey::core::StoreCare;
using firstkey::core::User;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::make_pass;
using std::chrono::hours;

namespace {

struct Fixture : AdministrationFixture {
  /// The wall clock jumps ahead, something is decided, and the clock is put right again.
  void poison_mark(std::chrono::hours by) {
    clock.set_wall_by(by);
    write([](WriteTransaction&) {});
    clock.set_wall_by(-by);
  }
  StoreCare care{administration, clock};
};

/// A store in a file, which can be copied, with Ana as its only user.
struct FileFixture {
  FileFixture() {
    REQUIRE(store->write([](WriteTransaction& t) {
      auto ana = firstkey::tests::make_user("ana");
      ana.roles = AdministrationFixture::everything();
      t.put_settings(firstkey::tests::make_settings());
      REQUIRE(t.insert_user(ana));
      return firstkey::core::Store::Ending::kCommit;
    }));
  }
  std::unique_ptr<SqliteStore> open(const std::string& path) {
    return SqliteStore::open(path, SqliteStore::Presence::kMayBeCreated, clock, random).value();
  }
  std::string last_outcome() {
    std::string outcome;
    REQUIRE(store->read([&](auto& t) { outcome = t.last_audit_row()->outcome; }));
    return outcome;
  }

  firstkey::tests::TemporaryFolder folder;
  firstkey::tests::FakeClock clock;
  firstkey::tests::FakeRandom random{11};
  std::unique_ptr<SqliteStore> store = open(folder / "firstkey.db");
  Administration administration{*store, firstkey::core::Account{.uid = 1000}};
  StoreCare care{administration, clock};
};

}  // namespace

TEST_SUITE("core/administration/store_care") {
  TEST_CASE("a clock nobody touched is shown as it is") {
    Fixture f;
    const auto state = f.care.clock();
    REQUIRE(state);
    CHECK(state->now == f.clock.wall());
    CHECK(state->reading == f.clock.read());
    CHECK(state->ahead() == hours(0));
    CHECK(state->certainty == ClockCertainty::kCertain);
  }

  TEST_CASE("a poisoned mark shows as how far decisions run ahead") {
    Fixture f;
    f.poison_mark(hours(5));
    CHECK(f.care.clock()->ahead() == hours(5));
    f.clock.reboot(hours(1));
    CHECK(f.care.clock()->ahead() == hours(4));
    CHECK(f.care.clock()->certainty == ClockCertainty::kWentBackOverReboot);
  }

  TEST_CASE("after a reset the wall clock is believed") {
    Fixture f;
    f.poison_mark(hours(5));
    REQUIRE(f.care.reset_clock());
    CHECK(f.care.clock()->ahead() == hours(0));
    CHECK(f.audit_of("clock.reset").details.at("from") == "2026-05-01T17:00:00Z");
    CHECK(f.audit_of("clock.reset").details.at("to") == "2026-05-01T12:00:00Z");
  }

  TEST_CASE("a reset ends the open session and deletes its pass") {
    Fixture f;
    const auto session = f.open_session();
    const auto reset = f.care.reset_clock();
    REQUIRE(reset);
    CHECK(reset->passes == 1);
    CHECK(reset->sessions == 1);
    CHECK(f.session(session).state == SessionState::kEnded);
    CHECK(f.session(session).ended_reason == "clock_uncertain");
    CHECK_FALSE(f.pass_of(f.lee.id).has_value());
    CHECK(f.audit_of("pass.end").details.at("reason") == "clock_reset");
  }

  TEST_CASE("a reset revives no pass that had expired by the poisoned clock") {
    Fixture f;
    f.issue_one_time();
    f.poison_mark(hours(5));
    CHECK_FALSE(f.redeem().has_value());
    REQUIRE(f.care.reset_clock());
    CHECK_FALSE(f.redeem().has_value());
    CHECK_FALSE(f.pass_of(f.lee.id).has_value());
  }

  TEST_CASE("a reset ends more passes than one page holds") {
    Fixture f;
    f.write([](WriteTransaction& t) {
      for (int i = 0; i < 1001; ++i) {
        const auto user = firstkey::tests::make_user(std::to_string(i));
        REQUIRE(t.insert_user(user));
        t.insert_pass(make_pass(user));
      }
    });
    CHECK(f.care.reset_clock()->passes == 1001);
    CHECK(f.seen([](auto& t) { return t.passes({}, 1).size(); }) == 0);
  }

  TEST_CASE("a reset lifts the pauses that would last until the poisoned clock") {
    Fixture f;
    f.clock.set_wall_by(hours(5));
    for (int i = 0; i < 6; ++i) CHECK_FALSE(f.redeem("00000000").has_value());
    f.clock.set_wall_by(-hours(5));
    REQUIRE(f.care.reset_clock());
    f.issue_one_time();
    CHECK(f.redeem().has_value());
  }

  TEST_CASE("the clock is reset by privileged role administrators only") {
    Fixture f;
    f.issue_one_time();
    f.holding({Role::kPrivilegedAuthenticationAdministrator, Role::kGlobalReader});
    CHECK(code_of(f.care.reset_clock()) == ErrorCode::kRoleMissing);
    CHECK(f.pass_of(f.lee.id).has_value());
    CHECK(f.care.clock().has_value());
    f.holding({Role::kUserAdministrator});
    CHECK(code_of(f.care.clock()) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.care.check()) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("a sound store is found sound") {
    FileFixture f;
    CHECK(f.care.check().has_value());
  }

  TEST_CASE("a backup is a store of its own, and in the trail") {
    FileFixture f;
    const auto copy = f.folder / "copy.db";
    REQUIRE(f.care.back_up(copy));
    CHECK(f.last_outcome() == "success");
    const auto opened = f.open(copy);
    REQUIRE(opened->read([](auto& t) { CHECK(t.user_by_name("ana@example.org").has_value()); }));
  }

  TEST_CASE("a backup overwrites nothing, and the trail tells that it failed") {
    FileFixture f;
    const auto copy = f.folder / "copy.db";
    REQUIRE(f.care.back_up(copy));
    CHECK(code_of(f.care.back_up(copy)) == ErrorCode::kAlreadyExists);
    CHECK(f.last_outcome() == "already_exists");
  }

  TEST_CASE("who may not make a backup leaves no file") {
    FileFixture f;
    REQUIRE(f.store->write([](WriteTransaction& t) {
      auto ana = t.user(firstkey::core::UserId("user-ana")).value();
      ana.roles = {Role::kAuditor};
      t.update_user(ana);
      return firstkey::core::Store::Ending::kCommit;
    }));
    const auto copy = f.folder / "copy.db";
    CHECK(code_of(f.care.back_up(copy)) == ErrorCode::kRoleMissing);
    CHECK_FALSE(std::filesystem::exists(copy));
    CHECK(f.last_outcome() == "role_missing");
  }
}
