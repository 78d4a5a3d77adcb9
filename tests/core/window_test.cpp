// The window of a session, at its edges and under every clock that lies. WebAuthn is not needed for
// this: entering a session for registration is what each registration does first, at the instant
// that decides.

#include <doctest/doctest.h>

#include "core/session_rules.h"
#include "tests/support/enrollment_fixture.h"

using firstkey::core::Duration;
using firstkey::core::ErrorCode;
using firstkey::core::ProofRequirement;
using firstkey::core::ReadTransaction;
using firstkey::core::SessionPurpose;
using firstkey::core::SessionState;
using firstkey::core::SessionTicket;
using firstkey::core::WriteTransaction;
using firstkey::tests::EnrollmentFixture;
using firstkey::tests::kPasscode;
using firstkey::tests::kStart;
using firstkey::tests::make_credential;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Fixture : EnrollmentFixture {
  SessionTicket open_one_time() {
    issue_one_time();
    return ticket(redeem().value().snapshot().session);
  }
  SessionTicket open_multi_use() {
    issue_multi_use();
    return ticket(redeem().value().snapshot().session);
  }
  /// Why a registration would be refused now; nothing if it would not be.
  std::optional<ErrorCode> refusal(const SessionTicket& ticket,
                                   SessionPurpose purpose = SessionPurpose::kRegister) {
    const auto entered = enter(ticket, purpose);
    if (entered) return std::nullopt;
    return entered.error().code;
  }
  void store_unproven(const SessionTicket& ticket) {
    write([&](WriteTransaction& t) {
      auto credential = make_credential(lee);
      credential.session = ticket.session;
      REQUIRE(t.insert_credential(credential));
      auto session = t.session(ticket.session).value();
      ++session.credentials;
      t.update_session(session);
    });
  }
  void prove_all(const SessionTicket& ticket) {
    write([&](WriteTransaction& t) {
      for (auto& credential : t.credentials_of(lee.id)) {
        if (credential.session == ticket.session) credential.proven_at = t.clock().now;
        t.update_credential(credential);
      }
    });
  }
};

}  // namespace

TEST_SUITE("core/window") {
  TEST_CASE("a one-time session lasts ten minutes, to the microsecond") {
    struct Case {
      Duration after;
      std::optional<ErrorCode> refusal;
    };
    for (const auto& [after, refusal] : {
             Case{milliseconds(599'999), std::nullopt},
             Case{seconds(600) - microseconds(1), std::nullopt},
             Case{milliseconds(600'000), ErrorCode::kWindowOver},
             Case{seconds(600) + microseconds(1), ErrorCode::kWindowOver},
             Case{milliseconds(600'001), ErrorCode::kWindowOver},
         }) {
      CAPTURE(after.count());
      Fixture f;
      const auto ticket = f.open_one_time();
      f.clock.advance(after);
      CHECK(f.refusal(ticket) == refusal);
    }
  }

  TEST_CASE("the end of the pass ends the window, to the microsecond") {
    for (const auto& [after, is_open] :
         {std::pair{microseconds(-1), true}, {microseconds(0), false}, {microseconds(1), false}}) {
      CAPTURE(after.count());
      Fixture f;
      f.issue_one_time();
      f.clock.advance(minutes(55));
      const auto ticket = EnrollmentFixture::ticket(f.redeem()->snapshot().session);
      f.clock.advance(minutes(5) + after);
      CHECK(f.refusal(ticket).has_value() != is_open);
    }
  }

  TEST_CASE("what waits for its proof keeps the session open, and registering ends all the same") {
    for (const auto& [after, refusal] :
         {std::pair<Duration, std::optional<ErrorCode>>{microseconds(-1), std::nullopt},
          {microseconds(0), ErrorCode::kWindowOver},
          {microseconds(1), ErrorCode::kWindowOver}}) {
      CAPTURE(after.count());
      Fixture f;
      const auto ticket = f.open_one_time();
      f.store_unproven(ticket);
      f.clock.advance(minutes(10) + after);
      CHECK(f.refusal(ticket) == refusal);
      CHECK(f.session(ticket.session).state == SessionState::kOpen);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a session found over is ended, audited once, and stays over") {
    const auto ticket = open_one_time();
    clock.advance(minutes(10));
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
    CHECK(session(ticket.session).state == SessionState::kExpired);
    CHECK(last_audit().action == "session.expire");
    const auto rows = audit_rows();
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
    CHECK(audit_rows() == rows);
  }

  TEST_CASE_FIXTURE(Fixture, "setting the wall clock back an hour does not lengthen the window") {
    const auto ticket = open_one_time();
    clock.set_wall_by(-hours(1));
    clock.advance(seconds(600) - microseconds(1));
    CHECK_FALSE(refusal(ticket));
    clock.advance(microseconds(1));
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "setting the wall clock forward shortens the window") {
    const auto ticket = open_one_time();
    clock.set_wall_by(minutes(9));
    clock.advance(seconds(60) - microseconds(1));
    CHECK_FALSE(refusal(ticket));
    clock.advance(microseconds(1));
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "a reboot does not stop the clock of the window") {
    const auto ticket = open_one_time();
    clock.reboot(minutes(9));
    CHECK_FALSE(refusal(ticket));
    clock.advance(minutes(1));
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "a wall clock behind its mark after a reboot ends one-time sessions") {
    const auto ticket = open_one_time();
    clock.advance(minutes(1));
    write([](WriteTransaction&) {});
    clock.reboot(seconds(30));
    clock.set_wall_by(-minutes(5));
    CHECK(refusal(ticket) == ErrorCode::kClockUncertain);
    CHECK(session(ticket.session).state == SessionState::kEnded);
    CHECK(refusal(ticket) == ErrorCode::kClockUncertain);
  }

  TEST_CASE_FIXTURE(Fixture, "such a clock leaves multi-use sessions to the end of their pass") {
    const auto ticket = open_multi_use();
    clock.reboot(seconds(30));
    clock.set_wall_by(-minutes(5));
    CHECK_FALSE(refusal(ticket));
  }

  TEST_CASE_FIXTURE(Fixture, "whichever session is asked about first, the doubt ends them all") {
    const auto ticket = open_one_time();
    clock.reboot(seconds(30));
    clock.set_wall_by(-minutes(5));
    CHECK(refusal(EnrollmentFixture::ticket(firstkey::core::SessionId("another"))) ==
          ErrorCode::kSessionUnknown);
    CHECK(session(ticket.session).state == SessionState::kEnded);
  }

  TEST_CASE_FIXTURE(Fixture, "set-back and reboot do not revive an expired pass") {
    issue_one_time();
    clock.advance(minutes(60));
    CHECK_FALSE(redeem());
    clock.set_wall_by(-hours(2));
    CHECK_FALSE(redeem());
    CHECK(last_audit().outcome == "pass_expired");
    clock.reboot(seconds(1));
    CHECK_FALSE(redeem());
    CHECK(last_audit().outcome == "pass_expired");
  }

  TEST_CASE_FIXTURE(Fixture, "a poisoned mark keeps passes expired until it is reset") {
    issue_one_time();
    clock.set_wall_by(hours(24 * 365));
    CHECK_FALSE(redeem());
    clock.set_wall_by(-hours(24 * 365));
    CHECK_FALSE(redeem());
    CHECK(last_audit().outcome == "pass_expired");
    write([](WriteTransaction& t) { t.reset_clock_mark(); });
    CHECK(redeem());
  }

  TEST_CASE("a multi-use session ends after a quarter of an hour without an act") {
    for (const auto& [after, is_open] :
         {std::pair{microseconds(-1), true}, {microseconds(0), false}, {microseconds(1), false}}) {
      CAPTURE(after.count());
      Fixture f;
      const auto ticket = f.open_multi_use();
      f.clock.advance(minutes(10));
      CHECK_FALSE(f.refusal(ticket));
      f.clock.advance(minutes(15) + after);
      CHECK(f.refusal(ticket).has_value() != is_open);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "looking is no act") {
    const auto ticket = open_multi_use();
    clock.advance(minutes(10));
    CHECK_FALSE(refusal(ticket, SessionPurpose::kLook));
    clock.advance(minutes(5));
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "fetching options is no act") {
    const auto ticket = open_multi_use();
    clock.advance(minutes(10));
    CHECK_FALSE(refusal(ticket, SessionPurpose::kPrepare));
    clock.advance(minutes(5));
    CHECK(refusal(ticket, SessionPurpose::kPrepare) == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "a proof in the grace does not bring an idle session back") {
    const auto ticket = open_multi_use();
    store_unproven(ticket);
    clock.advance(minutes(16));
    CHECK_FALSE(refusal(ticket, SessionPurpose::kProve));
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
    clock.advance(minutes(1));
    CHECK(refusal(ticket, SessionPurpose::kProve) == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "a credential stored in time may be proved for two more minutes") {
    const auto ticket = open_one_time();
    store_unproven(ticket);
    clock.advance(minutes(12) - microseconds(1));
    CHECK(refusal(ticket, SessionPurpose::kRegister) == ErrorCode::kWindowOver);
    CHECK_FALSE(refusal(ticket, SessionPurpose::kProve));
    clock.advance(microseconds(1));
    CHECK(refusal(ticket, SessionPurpose::kProve) == ErrorCode::kWindowOver);
    CHECK(seen([&](ReadTransaction& t) { return t.credentials_of(lee.id); }).empty());
  }

  TEST_CASE_FIXTURE(Fixture, "a credential nobody proved is withdrawn and the trail says so") {
    const auto ticket = open_one_time();
    store_unproven(ticket);
    clock.advance(minutes(12));
    write([](WriteTransaction& t) { expire_sessions(t); });
    const auto rows = seen([](ReadTransaction& t) { return t.audit_rows({}, 100); });
    REQUIRE(rows.size() >= 3);
    CHECK(rows[rows.size() - 3].action == "credential.withdraw");
    CHECK(rows[rows.size() - 2].action == "orphan.record");
    CHECK(rows.back().action == "session.expire");
    CHECK(session(ticket.session).credentials == 0);
  }

  TEST_CASE("a credential that need not be proved stays and completes its session") {
    for (const auto proof : {ProofRequirement::kOffered, ProofRequirement::kOff}) {
      Fixture f;
      f.edit_settings([&](auto& settings) { settings.pass_policy.proof = proof; });
      const auto ticket = f.open_one_time();
      f.store_unproven(ticket);
      f.clock.advance(minutes(12));
      f.write([](WriteTransaction& t) { expire_sessions(t); });
      CHECK(f.session(ticket.session).state == SessionState::kCompleted);
      CHECK(f.session(ticket.session).credentials == 1);
      CHECK(f.seen([&](ReadTransaction& t) { return t.credentials_of(f.lee.id); }).size() == 1);
    }
  }

  TEST_CASE("a proof that is only offered has the same two minutes, one that is off has none") {
    for (const auto& [proof, refusal] :
         {std::pair{ProofRequirement::kOffered, std::optional<ErrorCode>()},
          {ProofRequirement::kOff, ErrorCode::kWindowOver}}) {
      Fixture f;
      f.edit_settings([&](auto& settings) { settings.pass_policy.proof = proof; });
      const auto ticket = f.open_one_time();
      f.store_unproven(ticket);
      f.clock.advance(minutes(12) - microseconds(1));
      CHECK(f.refusal(ticket, SessionPurpose::kProve) == refusal);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "a session whose last proof came in the grace is found completed") {
    const auto ticket = open_one_time();
    store_unproven(ticket);
    clock.advance(minutes(11));
    prove_all(ticket);
    CHECK(refusal(ticket, SessionPurpose::kLook) == std::nullopt);
    CHECK(session(ticket.session).state == SessionState::kCompleted);
    CHECK(last_audit().action == "session.complete");
    CHECK(refusal(ticket) == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "the tick completes a session that holds all it needs") {
    const auto ticket = open_one_time();
    store_unproven(ticket);
    prove_all(ticket);
    clock.advance(minutes(10) - microseconds(1));
    write([](WriteTransaction& t) { expire_sessions(t); });
    CHECK(session(ticket.session).state == SessionState::kOpen);
    clock.advance(microseconds(1));
    write([](WriteTransaction& t) { expire_sessions(t); });
    CHECK(session(ticket.session).state == SessionState::kCompleted);
    CHECK(session(ticket.session).ended_reason.empty());
  }

  TEST_CASE_FIXTURE(Fixture, "the tick expires what is over and nothing else") {
    const auto ticket = open_one_time();
    clock.advance(minutes(10) - microseconds(1));
    write([](WriteTransaction& t) { expire_sessions(t); });
    CHECK(session(ticket.session).state == SessionState::kOpen);
    clock.advance(microseconds(1));
    write([](WriteTransaction& t) { expire_sessions(t); });
    CHECK(session(ticket.session).state == SessionState::kExpired);
  }

  TEST_CASE_FIXTURE(Fixture, "what ends a pass's right ends its session, with the reason") {
    struct Case {
      const char* name;
      void (*act)(Fixture&);
      ErrorCode code;
    };
    const Case cases[] = {
        {"the pass deleted",
         [](Fixture& f) {
           f.write([&](WriteTransaction& t) { t.delete_pass(t.pass_of(f.lee.id)->id); });
         },
         ErrorCode::kPassUnknown},
        {"the user disabled",
         [](Fixture& f) { f.edit_lee([](auto& user) { user.is_enabled = false; }); },
         ErrorCode::kUserDisabled},
        {"the user out of scope",
         [](Fixture& f) {
           f.edit_settings([](auto& s) {
             s.pass_policy.exclude_targets = {
                 {.kind = firstkey::core::Target::Kind::kGroup, .id = "berlin"}};
           });
         },
         ErrorCode::kUserOutOfScope},
        {"the policy disabled",
         [](Fixture& f) {
           f.edit_settings(
               [](auto& s) { s.pass_policy.state = firstkey::core::PolicyState::kDisabled; });
         },
         ErrorCode::kPassDisabledByPolicy},
    };
    for (const auto& [name, act, code] : cases) {
      CAPTURE(name);
      Fixture f;
      const auto ticket = f.open_one_time();
      act(f);
      CHECK(f.refusal(ticket) == code);
      CHECK(f.session(ticket.session).state == SessionState::kEnded);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "another's ticket opens nothing") {
    const auto ticket = open_one_time();
    CHECK(refusal(EnrollmentFixture::ticket(ticket.session, "kiosk", "guess")) ==
          ErrorCode::kSessionUnknown);
    CHECK(refusal(EnrollmentFixture::ticket(ticket.session, "desk")) == ErrorCode::kSessionUnknown);
    CHECK_FALSE(refusal(ticket));
  }
}
