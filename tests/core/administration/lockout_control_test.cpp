#include "core/administration/lockout_control.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"

using firstkey::core::ErrorCode;
using firstkey::core::LockoutControl;
using firstkey::core::LockoutScope;
using firstkey::core::LockoutView;
using firstkey::core::Role;
using firstkey::core::Settings;
using firstkey::core::StationId;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using std::chrono::minutes;

namespace {

const StationId kKiosk("kiosk");

struct Fixture : AdministrationFixture {
  void guess(int times, const std::string& name = "lee@example.org") {
    for (int i = 0; i < times; ++i) CHECK_FALSE(redeem_as(name, "00000000").has_value());
  }
  void limit(int per_name, int per_station) {
    edit_settings([&](Settings& settings) {
      settings.pass_policy.lockout.attempts_per_name = per_name;
      settings.pass_policy.lockout.attempts_per_station = per_station;
    });
  }
  LockoutView listed(LockoutScope scope) {
    const auto all = control.list().value();
    const auto found = std::ranges::find(all, scope, &LockoutView::scope);
    REQUIRE(found != all.end());
    return *found;
  }
  LockoutControl control{administration, pepper};
};

}  // namespace

TEST_SUITE("core/administration/lockout_control") {
  TEST_CASE("guesses are listed by name, station and pair; the directory's names are told") {
    Fixture f;
    f.guess(3);
    CHECK(f.control.list()->size() == 3);
    CHECK(f.listed(LockoutScope::kName).user_name == "lee@example.org");
    CHECK(f.listed(LockoutScope::kName).attempts == 3);
    CHECK_FALSE(f.listed(LockoutScope::kName).needs_clearing);
    CHECK_FALSE(f.listed(LockoutScope::kStation).user_name.has_value());
    CHECK_FALSE(f.listed(LockoutScope::kStation).blocked_until.has_value());
  }

  TEST_CASE("a name nobody bears is listed without being told") {
    Fixture f;
    f.guess(1, "stranger@example.org");
    CHECK_FALSE(f.listed(LockoutScope::kName).user_name.has_value());
  }

  TEST_CASE("a pair that must wait is listed with the end of the wait") {
    Fixture f;
    f.guess(6);
    const auto until = f.listed(LockoutScope::kNameAtStation).blocked_until;
    REQUIRE(until);
    f.clock.advance(until.value() - f.clock.wall());
    CHECK_FALSE(f.listed(LockoutScope::kNameAtStation).blocked_until.has_value());
  }

  TEST_CASE("a name at its limit is listed as one that staff must clear") {
    Fixture f;
    f.limit(5, 20);
    f.guess(4);
    CHECK_FALSE(f.listed(LockoutScope::kName).needs_clearing);
    f.guess(1);
    CHECK(f.listed(LockoutScope::kName).needs_clearing);
  }

  TEST_CASE("a station at its limit is listed with the end of the wait") {
    Fixture f;
    f.limit(50, 5);
    f.guess(5);
    CHECK(f.listed(LockoutScope::kStation).blocked_until == f.clock.wall() + minutes(10));
    f.clock.advance(minutes(10));
    CHECK_FALSE(f.listed(LockoutScope::kStation).blocked_until.has_value());
  }

  TEST_CASE("a cleared name is let in again") {
    Fixture f;
    f.limit(5, 20);
    f.issue_one_time();
    f.guess(5);
    CHECK(code_of(f.redeem()) == ErrorCode::kLockedOut);
    REQUIRE(f.control.clear_name("LEE@example.org", {kKiosk}));
    CHECK(f.redeem().has_value());
    CHECK(f.audit_of("lockout.clear").personal.at("userName").value == "lee@example.org");
  }

  TEST_CASE("clearing a name at no station leaves the pauses at stations") {
    Fixture f;
    f.issue_one_time();
    f.guess(6);
    REQUIRE(f.control.clear_name("lee@example.org", {}));
    CHECK(code_of(f.redeem()) == ErrorCode::kLockedOut);
    REQUIRE(f.control.clear_name("lee@example.org", {kKiosk}));
    CHECK(f.redeem().has_value());
  }

  TEST_CASE("a cleared station takes attempts again") {
    Fixture f;
    f.limit(50, 5);
    f.issue_one_time();
    f.guess(5, "stranger@example.org");
    CHECK(code_of(f.redeem()) == ErrorCode::kLockedOut);
    REQUIRE(f.control.clear_station(kKiosk));
    CHECK(f.redeem().has_value());
  }

  TEST_CASE("there has to be something to clear") {
    Fixture f;
    CHECK(code_of(f.control.clear_name("lee@example.org", {kKiosk})) == ErrorCode::kNotFound);
    CHECK(code_of(f.control.clear_station(kKiosk)) == ErrorCode::kNotFound);
    CHECK(code_of(f.control.clear_name("", {})) == ErrorCode::kInvalidArgument);
    CHECK(code_of(f.control.clear_station(StationId())) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("clearing a name follows who bears it") {
    Fixture f;
    f.guess(1, "ana@example.org");
    f.guess(1, "max@example.org");
    f.guess(1, "stranger@example.org");
    CHECK(code_of(f.control.clear_name("ana@example.org", {})) == ErrorCode::kNotForOneself);
    f.holding({Role::kAuthenticationAdministrator});
    CHECK(code_of(f.control.clear_name("max@example.org", {})) ==
          ErrorCode::kAdministratorsNeedPrivilegedRole);
    CHECK(f.control.clear_name("stranger@example.org", {}).has_value());
    f.holding({Role::kGlobalReader});
    CHECK(code_of(f.control.clear_station(kKiosk)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.control.clear_name("lee@example.org", {})) == ErrorCode::kRoleMissing);
    CHECK(f.control.list().has_value());
    f.holding({Role::kAuditor});
    CHECK(code_of(f.control.list()) == ErrorCode::kRoleMissing);
  }
}
