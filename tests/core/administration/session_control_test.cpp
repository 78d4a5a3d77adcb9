#include "core/administration/session_control.h"

#include <doctest/doctest.h>

#include "tests/support/administration_fixture.h"

using firstkey::core::ErrorCode;
using firstkey::core::Role;
using firstkey::core::SessionControl;
using firstkey::core::SessionId;
using firstkey::core::SessionState;
using firstkey::core::User;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::code_of;

namespace {

struct Fixture : AdministrationFixture {
  SessionControl control{administration};
};

}  // namespace

TEST_SUITE("core/administration/session_control") {
  TEST_CASE("an open session is listed with its user, station and end") {
    Fixture f;
    const auto id = f.open_session();
    const auto sessions = f.control.list(10);
    REQUIRE(sessions);
    REQUIRE(sessions->size() == 1);
    const auto& view = sessions->front();
    CHECK(view.id == id);
    CHECK(view.user_name == "lee@example.org");
    CHECK(view.station.text() == "kiosk");
    CHECK(view.state == SessionState::kOpen);
    CHECK(view.expires_at == f.clock.wall() + std::chrono::minutes(10));
  }

  TEST_CASE("an ended session is over for its station, and in the trail under its pass") {
    Fixture f;
    const auto id = f.open_session();
    REQUIRE(f.control.end(id));
    CHECK(f.session(id).state == SessionState::kEnded);
    CHECK(code_of(f.enter(f.ticket(id))) == ErrorCode::kSessionEnded);
    CHECK(f.audit_of("session.stop").correlation == f.session(id).correlation);
    CHECK(f.audit_of("session.stop").details.at("sessionId") == id.text());
    CHECK(f.audit_of("session.end").outcome == "session_ended");
  }

  TEST_CASE("a session ends once") {
    Fixture f;
    const auto id = f.open_session();
    REQUIRE(f.control.end(id));
    CHECK(code_of(f.control.end(id)) == ErrorCode::kSessionEnded);
    CHECK(code_of(f.control.end(SessionId("none"))) == ErrorCode::kSessionUnknown);
  }

  TEST_CASE("sessions of administrators are the privileged administrator's") {
    Fixture f;
    const auto id = f.open_session();
    f.edit_lee([](User& user) { user.roles = {Role::kAuditor}; });
    f.holding({Role::kAuthenticationAdministrator});
    CHECK(f.control.list(10)->empty());
    CHECK(code_of(f.control.end(id)) == ErrorCode::kAdministratorsNeedPrivilegedRole);
    f.holding({Role::kPrivilegedAuthenticationAdministrator});
    CHECK(f.control.list(10)->size() == 1);
    CHECK(f.control.end(id).has_value());
  }

  TEST_CASE("who may end no session learns of none") {
    Fixture f;
    const auto id = f.open_session();
    f.holding({Role::kGlobalReader});
    CHECK(code_of(f.control.end(id)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.control.end(SessionId("none"))) == ErrorCode::kRoleMissing);
    CHECK(f.control.list(10)->size() == 1);
    f.holding({Role::kUserAdministrator});
    CHECK(code_of(f.control.list(10)) == ErrorCode::kRoleMissing);
  }

  TEST_CASE("a list has 1 to 1000 sessions") {
    Fixture f;
    CHECK(code_of(f.control.list(0)) == ErrorCode::kInvalidArgument);
    CHECK(f.control.list(1000).has_value());
    CHECK(code_of(f.control.list(1001)) == ErrorCode::kInvalidArgument);
  }
}
