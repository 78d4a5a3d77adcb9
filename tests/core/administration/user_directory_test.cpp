#include "core/administration/user_directory.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"

using firstkey::core::ErrorCode;
using firstkey::core::Role;
using firstkey::core::SessionState;
using firstkey::core::User;
using firstkey::core::UserDirectory;
using firstkey::core::UserRequest;
using firstkey::core::UserType;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;
using firstkey::tests::make_credential;
using firstkey::tests::ref;

namespace {

struct Fixture : AdministrationFixture {
  /// Max as the only other administrator, holding these roles.
  void max_holds(const std::set<Role>& roles) {
    edit(max.id, [&](User& user) { user.roles = roles; });
  }
  UserDirectory directory{administration, random};
};

const UserRequest kKim{.name = "kim@example.org",
                       .display_name = "Kim Adeyemi",
                       .type = UserType::kInternalGuest,
                       .groups = {"newcomers"},
                       .roles = {}};

}  // namespace

TEST_SUITE("core/administration/user_directory") {
  TEST_CASE("a user is added as asked for, enabled, with an id and a handle of their own") {
    Fixture f;
    const auto added = f.directory.add(kKim);
    REQUIRE(added);
    CHECK(f.user(added->id) == added.value());
    CHECK(added->name == "kim@example.org");
    CHECK(added->display_name == "Kim Adeyemi");
    CHECK(added->type == UserType::kInternalGuest);
    CHECK(added->groups == std::vector<std::string>{"newcomers"});
    CHECK(added->is_enabled);
    CHECK(added->handle.size() == 32);
    CHECK(added->created_at == f.clock.wall());
    CHECK(f.last_audit().details.at("userId") == added->id.text());
  }

  TEST_CASE("no two users share a handle") {
    Fixture f;
    const auto one = f.directory.add({.name = "one"});
    const auto two = f.directory.add({.name = "two"});
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->handle != two->handle);
    CHECK(one->id != two->id);
  }

  TEST_CASE("a user may be added disabled, for the day they begin") {
    Fixture f;
    const auto added = f.directory.add({.name = "kim@example.org", .is_enabled = false});
    REQUIRE(added);
    CHECK_FALSE(f.user(added->id)->is_enabled);
  }

  TEST_CASE("a user without a display name is shown by their name") {
    Fixture f;
    CHECK(f.directory.add({.name = "kim@example.org"})->display_name == "kim@example.org");
  }

  TEST_CASE("a name is taken in every spelling of its letters") {
    Fixture f;
    CHECK(code_of(f.directory.add({.name = "LEE@example.org"})) == ErrorCode::kAlreadyExists);
    CHECK(f.last_audit().outcome == "already_exists");
  }

  TEST_CASE("what cannot be a user is refused") {
    const struct {
      const char* name;
      UserRequest request;
    } cases[] = {
        {"no name", {.name = ""}},
        {"a blank name", {.name = "  "}},
        {"a name too long", {.name = std::string(257, 'n')}},
        {"a name with a control character",
         {.name = "kim\n"
                  "admin"}},
        {"a name that is no UTF-8", {.name = "\xC3("}},
        {"a display name too long", {.name = "kim", .display_name = std::string(257, 'n')}},
        {"a display name that moves the cursor", {.name = "kim", .display_name = "\x1B[2J"}},
        {"a group without a name", {.name = "kim", .groups = {""}}},
        {"a group too long", {.name = "kim", .groups = {std::string(257, 'g')}}},
        {"the group of everybody", {.name = "kim", .groups = {"all_users"}}},
        {"a group twice", {.name = "kim", .groups = {"a", "a"}}},
    };
    for (const auto& one : cases) {
      CAPTURE(one.name);
      Fixture f;
      CHECK(code_of(f.directory.add(one.request)) == ErrorCode::kInvalidArgument);
    }
  }

  TEST_CASE("a name has at most 256 bytes and a user at most 100 groups") {
    Fixture f;
    CHECK(f.directory.add({.name = std::string(256, 'n')}));
    std::vector<std::string> groups;
    for (int i = 0; i < 100; ++i) groups.push_back("group " + std::to_string(i));
    CHECK(f.directory.set_groups(ref(f.lee), groups));
    groups.emplace_back("one more");
    CHECK(code_of(f.directory.set_groups(ref(f.lee), groups)) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("a user administrator adds members, but nobody with a role") {
    Fixture f;
    f.holding({Role::kUserAdministrator});
    CHECK(f.directory.add({.name = "kim"}));
    CHECK(code_of(f.directory.add({.name = "eve", .roles = {Role::kGlobalReader}})) ==
          ErrorCode::kRoleMissing);
    CHECK(code_of(f.directory.add({.name = "eve", .roles = {Role::kStation}})) ==
          ErrorCode::kRoleMissing);
    f.holding({Role::kPrivilegedRoleAdministrator});
    CHECK(f.directory.add({.name = "eve", .roles = {Role::kGlobalReader}}));
  }

  TEST_CASE("users are listed by name, a page at a time") {
    Fixture f;
    const auto names = [](const std::vector<User>& users) {
      std::vector<std::string> found;
      for (const auto& user : users) found.push_back(user.name);
      return found;
    };
    const auto first = f.directory.list("", 2);
    REQUIRE(first);
    CHECK(names(first.value()) == std::vector<std::string>{"ana@example.org", "lee@example.org"});
    const auto second = f.directory.list("LEE@example.org", 2);
    REQUIRE(second);
    CHECK(names(second.value()) == std::vector<std::string>{"max@example.org"});
  }

  TEST_CASE("a page has 1 to 1000 entries") {
    Fixture f;
    CHECK(code_of(f.directory.list("", 0)) == ErrorCode::kInvalidArgument);
    CHECK(f.directory.list("", 1));
    CHECK(f.directory.list("", 1000));
    CHECK(code_of(f.directory.list("", 1001)) == ErrorCode::kInvalidArgument);
    f.holding({Role::kAuditor});
    CHECK(code_of(f.directory.list("", 1)) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("disabling a user ends their open session") {
    Fixture f;
    const auto session = f.open_session();
    REQUIRE(f.directory.disable(ref(f.lee)));
    CHECK_FALSE(f.user(f.lee.id)->is_enabled);
    CHECK(f.session(session).state == SessionState::kEnded);
    CHECK(f.session(session).ended_reason == "user_disabled");
    CHECK(f.audit_of("session.end").outcome == "user_disabled");
  }

  TEST_CASE("an enabled user is as before") {
    Fixture f;
    REQUIRE(f.directory.disable(ref(f.lee)));
    REQUIRE(f.directory.enable(ref(f.lee)));
    CHECK(f.user(f.lee.id) == f.lee);
  }

  TEST_CASE("nobody disables, moves or deletes themselves") {
    Fixture f;
    const firstkey::core::UserReference oneself{"ana@example.org"};
    CHECK(code_of(f.directory.disable(oneself)) == ErrorCode::kNotForOneself);
    CHECK(code_of(f.directory.set_groups(oneself, {"berlin"})) == ErrorCode::kNotForOneself);
    CHECK(code_of(f.directory.remove(oneself)) == ErrorCode::kNotForOneself);
    CHECK(f.user(f.ana).has_value());
  }

  TEST_CASE("administrators are the privileged role administrator's alone") {
    Fixture f;
    f.holding({Role::kUserAdministrator});
    CHECK(code_of(f.directory.disable(ref(f.max))) == ErrorCode::kAdministratorsNeedPrivilegedRole);
    CHECK(code_of(f.directory.enable(ref(f.max))) == ErrorCode::kAdministratorsNeedPrivilegedRole);
    CHECK(code_of(f.directory.remove(ref(f.max))) == ErrorCode::kAdministratorsNeedPrivilegedRole);
    CHECK(code_of(f.directory.set_groups(ref(f.max), {})) ==
          ErrorCode::kAdministratorsNeedPrivilegedRole);
    f.holding(Fixture::everything());
    CHECK(f.directory.disable(ref(f.max)));
  }

  TEST_CASE("groups are replaced as a whole, and checked") {
    Fixture f;
    REQUIRE(f.directory.set_groups(ref(f.lee), {"oslo"}));
    CHECK(f.user(f.lee.id)->groups == std::vector<std::string>{"oslo"});
    CHECK(code_of(f.directory.set_groups(ref(f.lee), {"all_users"})) ==
          ErrorCode::kInvalidArgument);
    CHECK(f.user(f.lee.id)->groups == std::vector<std::string>{"oslo"});
  }

  TEST_CASE("roles are replaced as a whole, and the trail has both sets") {
    Fixture f;
    REQUIRE(f.directory.set_roles(ref(f.lee), {Role::kAuditor}));
    REQUIRE(f.directory.set_roles(ref(f.lee), {Role::kGlobalReader, Role::kStation}));
    CHECK(f.user(f.lee.id)->roles == std::set<Role>{Role::kGlobalReader, Role::kStation});
    CHECK(f.last_audit().details.at("roles") == "Auditor -> GlobalReader Station");
  }

  TEST_CASE("only a privileged role administrator assigns roles") {
    for (const auto role : firstkey::core::kAllRoles) {
      CAPTURE(to_string(role));
      Fixture f;
      f.holding({role});
      const auto assigned = f.directory.set_roles(ref(f.lee), {Role::kAuditor});
      CHECK(assigned.has_value() == (role == Role::kPrivilegedRoleAdministrator));
    }
  }

  TEST_CASE("a privileged role administrator may give up that role while another holds it") {
    Fixture f;
    CHECK(f.directory.set_roles({"ana@example.org"}, {Role::kAuditor}));
    CHECK(f.user(f.ana)->roles == std::set<Role>{Role::kAuditor});
  }

  TEST_CASE("the last privileged role administrator keeps that role") {
    Fixture f;
    f.max_holds({Role::kPrivilegedAuthenticationAdministrator});
    CHECK(code_of(f.directory.set_roles({"ana@example.org"}, {})) == ErrorCode::kLastAdministrator);
    CHECK(f.user(f.ana)->roles == Fixture::everything());
    CHECK(f.last_audit().outcome == "last_administrator");
  }

  TEST_CASE("a disabled holder of a privileged role does not count as one") {
    Fixture f;
    REQUIRE(f.directory.disable(ref(f.max)));
    CHECK(code_of(f.directory.set_roles({"ana@example.org"}, {})) == ErrorCode::kLastAdministrator);
  }

  TEST_CASE(
      "the last privileged authentication administrator is not disabled, deleted or demoted") {
    Fixture f;
    f.holding({Role::kPrivilegedRoleAdministrator});
    CHECK(code_of(f.directory.disable(ref(f.max))) == ErrorCode::kLastAdministrator);
    CHECK(code_of(f.directory.remove(ref(f.max))) == ErrorCode::kLastAdministrator);
    CHECK(code_of(f.directory.set_roles(ref(f.max), {})) == ErrorCode::kLastAdministrator);
    CHECK(f.user(f.max.id) == f.max);
    f.holding(Fixture::everything());
    CHECK(f.directory.remove(ref(f.max)));
  }

  TEST_CASE("a deleted user takes pass, sessions and credentials along") {
    Fixture f;
    const auto session = f.open_session();
    f.write([&](WriteTransaction& t) { REQUIRE(t.insert_credential(make_credential(f.lee))); });
    REQUIRE(f.directory.remove(ref(f.lee)));
    CHECK_FALSE(f.user(f.lee.id).has_value());
    CHECK_FALSE(f.pass_of(f.lee.id).has_value());
    CHECK(
        f.seen([&](auto& t) { return !t.session(session) && t.credentials_of(f.lee.id).empty(); }));
  }

  TEST_CASE("a deleted user's pass and session have the end of their story in the trail") {
    Fixture f;
    f.open_session();
    const auto correlation = f.pass_of(f.lee.id)->correlation;
    REQUIRE(f.directory.remove(ref(f.lee)));
    CHECK(f.audit_of("session.end").correlation == correlation);
    CHECK(f.audit_of("pass.end").correlation == correlation);
    CHECK(f.audit_of("pass.end").details.at("reason") == "user_deleted");
    CHECK(f.audit_of("user.delete").personal.at("userName").value == "lee@example.org");
  }

  TEST_CASE("what is asked of somebody who does not exist is refused") {
    Fixture f;
    const firstkey::core::UserReference nobody{"nobody@example.org"};
    CHECK(code_of(f.directory.show(nobody)) == ErrorCode::kUserUnknown);
    CHECK(code_of(f.directory.disable(nobody)) == ErrorCode::kUserUnknown);
    CHECK(code_of(f.directory.enable(nobody)) == ErrorCode::kUserUnknown);
    CHECK(code_of(f.directory.set_groups(nobody, {})) == ErrorCode::kUserUnknown);
    CHECK(code_of(f.directory.set_roles(nobody, {})) == ErrorCode::kUserUnknown);
    CHECK(code_of(f.directory.remove(nobody)) == ErrorCode::kUserUnknown);
  }
}
