#pragma once
// A store with Ana, who acts, Max, who is an administrator too, and Lee, who is not. Its verbs set
// the stage around the administration under test.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/administration/administration.h"
#include "tests/support/enrollment_fixture.h"

namespace firstkey::tests {

class AdministrationFixture : public EnrollmentFixture {
 public:
  AdministrationFixture() {
    max.roles = {core::Role::kPrivilegedAuthenticationAdministrator,
                 core::Role::kPrivilegedRoleAdministrator};
    write([&](core::WriteTransaction& t) { REQUIRE(t.insert_user(max)); });
    holding(everything());
  }

  static std::set<core::Role> everything() {
    std::set<core::Role> roles(std::begin(core::kAllRoles), std::end(core::kAllRoles));
    roles.erase(core::Role::kStation);
    return roles;
  }

  /// From now on Ana, who acts, holds these roles and no other.
  void holding(const std::set<core::Role>& roles) {
    edit(ana, [&](core::User& user) { user.roles = roles; });
  }
  template <class Edit>
  void edit(const core::UserId& id, const Edit& edit) {
    write([&](core::WriteTransaction& t) {
      auto user = t.user(id).value();
      edit(user);
      t.update_user(user);
    });
  }
  core::User add_user(const std::string& name, core::UserType type = core::UserType::kMember) {
    auto user = make_user(name);
    user.type = type;
    write([&](core::WriteTransaction& t) { REQUIRE(t.insert_user(user)); });
    return user;
  }
  std::optional<core::User> user(const core::UserId& id) {
    return seen([&](core::ReadTransaction& t) { return t.user(id); });
  }
  std::optional<core::Pass> pass_of(const core::UserId& id) {
    return seen([&](core::ReadTransaction& t) { return t.pass_of(id); });
  }
  core::Settings settings() {
    return seen([](core::ReadTransaction& t) { return t.settings(); }).value();
  }
  /// The newest audit row of this action.
  core::AuditRow audit_of(const std::string& action) {
    const auto rows = seen([](core::ReadTransaction& t) { return t.audit_rows({}, 10'000); });
    std::optional<core::AuditRow> found;
    for (const auto& row : rows) {
      if (row.action == action) found = row;
    }
    REQUIRE_MESSAGE(found, action);
    return found.value();
  }
  /// Lee redeems a pass that was issued behind the administration's back.
  core::SessionId open_session() {
    issue_one_time();
    return redeem().value().snapshot().session;
  }

  core::UserId ana{"user-ana"};
  core::User max = make_user("max");
  core::Administration administration{store, core::Account{.uid = 1000}};
};

template <class Value>
core::ErrorCode code_of(const core::Result<Value>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

inline core::UserReference ref(const core::User& user) {
  return {.text = user.name};
}

}  // namespace firstkey::tests
