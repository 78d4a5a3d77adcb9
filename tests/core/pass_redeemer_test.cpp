#include "core/pass_redeemer.h"

#include <doctest/doctest.h>

#include "tests/support/enrollment_fixture.h"
#include "tests/support/interrupted_store.h"

using firstkey::core::ErrorCode;
using firstkey::core::Instant;
using firstkey::core::Pass;
using firstkey::core::PolicyState;
using firstkey::core::ReadTransaction;
using firstkey::core::Redemption;
using firstkey::core::Result;
using firstkey::core::Session;
using firstkey::core::SessionState;
using firstkey::core::User;
using firstkey::core::WriteTransaction;
using firstkey::tests::EnrollmentFixture;
using firstkey::tests::InterruptedStore;
using firstkey::tests::kPasscode;
using firstkey::tests::kStart;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Fixture : EnrollmentFixture {
  /// Redeems Lee's pass while `interruption` happens between the hash and the decision.
  Result<Redemption> redeem_while(const std::function<void()>& interruption) {
    InterruptedStore interrupted(store);
    interrupted.interrupt_before(2, interruption);
    firstkey::core::PassRedeemer other(interrupted, random, pepper, hasher);
    return other.redeem({.user_name = lee.name,
                         .passcode = firstkey::core::Secret(firstkey::core::as_bytes(kPasscode)),
                         .station = firstkey::core::StationId("kiosk"),
                         .session_secret = secret_of("secret"),
                         .is_simulated = false});
  }
  /// That `refused` tells the person nothing and staff `reason`.
  void check_refusal(const Result<Redemption>& refused, const char* reason) {
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kRefused);
    const auto row = last_audit();
    CHECK(row.outcome == reason);
    const auto reference = row.details.at("reference");
    CHECK(reference.size() == 6);
    CHECK(refused.error().detail ==
          "the name and passcode were not accepted; ask your administrator and tell them the "
          "reference " +
              reference);
  }
};

}  // namespace

TEST_SUITE("core/pass_redeemer") {
  TEST_CASE_FIXTURE(Fixture, "a one-time pass opens a session of ten minutes and is used up") {
    const auto pass = issue_one_time();
    const auto redeemed = redeem();
    REQUIRE(redeemed);
    const auto& snapshot = redeemed->snapshot();
    CHECK(snapshot.is_one_time);
    CHECK(snapshot.state == SessionState::kOpen);
    CHECK(snapshot.user_name == lee.name);
    CHECK(snapshot.correlation == pass.correlation);
    CHECK(snapshot.expires_at == kStart + minutes(10));
    CHECK(snapshot.server_now == kStart);
    CHECK(snapshot.credentials_left == 2);
    CHECK(seen([&](ReadTransaction& t) { return t.pass(pass.id); })->redeemed_at == kStart);
    CHECK(last_audit().action == "pass.redeem");
    CHECK(last_audit().correlation == pass.correlation);
    CHECK(last_audit().personal.at("station").value == "kiosk");
  }

  TEST_CASE_FIXTURE(Fixture, "a one-time pass is refused the second time") {
    issue_one_time();
    REQUIRE(redeem());
    check_refusal(redeem(kPasscode, "desk"), "pass_used");
    check_refusal(redeem(kPasscode, "kiosk", "another secret"), "pass_used");
  }

  TEST_CASE_FIXTURE(Fixture, "the same pass, station and secret again give the same session") {
    issue_one_time();
    const auto first = redeem();
    clock.advance(minutes(3));
    const auto again = redeem();
    REQUIRE(first);
    REQUIRE(again);
    CHECK(again->snapshot().session == first->snapshot().session);
    CHECK(again->snapshot().expires_at == first->snapshot().expires_at);
    CHECK(again->snapshot().server_now == kStart + minutes(3));
  }

  TEST_CASE_FIXTURE(Fixture, "repeating a redemption does not revive a session that is over") {
    issue_one_time();
    REQUIRE(redeem());
    clock.advance(minutes(10));
    check_refusal(redeem(), "session_ended");
  }

  TEST_CASE_FIXTURE(Fixture, "an answer that was lost burns nothing") {
    issue_one_time();
    InterruptedStore flaky(store);
    flaky.lose_answer_of(2);
    firstkey::core::PassRedeemer other(flaky, random, pepper, hasher);
    const auto request = [&] {
      return firstkey::core::RedemptionRequest{
          .user_name = lee.name,
          .passcode = firstkey::core::Secret(firstkey::core::as_bytes(kPasscode)),
          .station = firstkey::core::StationId("kiosk"),
          .session_secret = secret_of("secret"),
          .is_simulated = false};
    };
    const auto lost = other.redeem(request());
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == ErrorCode::kOutcomeUnknown);
    CHECK(other.redeem(request()));
  }

  TEST_CASE_FIXTURE(Fixture, "the window is cut by the end of the pass") {
    issue_one_time();
    clock.advance(minutes(55));
    const auto redeemed = redeem();
    REQUIRE(redeemed);
    CHECK(redeemed->snapshot().expires_at == kStart + minutes(60));
  }

  TEST_CASE_FIXTURE(Fixture, "a policy may make the window shorter") {
    edit_settings([](auto& settings) { settings.pass_policy.window = seconds(120); });
    issue_one_time();
    CHECK(redeem()->snapshot().expires_at == kStart + minutes(2));
  }

  TEST_CASE_FIXTURE(Fixture, "a multi-use pass is redeemed again, which ends the other session") {
    issue_multi_use();
    const auto first = redeem(kPasscode, "kiosk");
    REQUIRE(first);
    clock.advance(minutes(1));
    const auto second = redeem(kPasscode, "desk");
    REQUIRE(second);
    CHECK(session(first->snapshot().session).state == SessionState::kEnded);
    CHECK(session(second->snapshot().session).expires_at == kStart + minutes(60));
  }

  TEST_CASE_FIXTURE(Fixture, "names and passcodes are taken as people type them") {
    issue_multi_use();
    CHECK(redeem_as("  LEE@Example.org ", " 7kqm-3txf "));
  }

  TEST_CASE_FIXTURE(Fixture, "every refusal says the same to the person and the truth to staff") {
    struct Case {
      const char* name;
      void (*arrange)(Fixture&);
      std::string user;
      std::string_view passcode;
      const char* reason;
    };
    const Case cases[] = {
        {"unknown user", [](Fixture&) {}, "nobody@example.org", kPasscode, "user_unknown"},
        {"a name that cannot be one", [](Fixture&) {}, "\xFF", kPasscode, "user_unknown"},
        {"no name", [](Fixture&) {}, "", kPasscode, "user_unknown"},
        {"no pass", [](Fixture&) {}, "lee@example.org", kPasscode, "pass_unknown"},
        {"wrong passcode",
         [](Fixture& f) { f.issue_one_time(); },
         "lee@example.org",
         "7KQM3TXG",
         "pass_wrong"},
        {"a passcode that cannot be one",
         [](Fixture& f) { f.issue_one_time(); },
         "lee@example.org",
         "!",
         "pass_wrong"},
        {"no passcode",
         [](Fixture& f) { f.issue_one_time(); },
         "lee@example.org",
         "",
         "pass_wrong"},
        {"an over-long passcode",
         [](Fixture& f) { f.issue_one_time(); },
         "lee@example.org",
         "7KQM3TXF7KQM3TXF7KQM3TXF7KQM3TXF7KQM3TXF7KQM3TXF7KQM3TXF",
         "pass_wrong"},
        {"not yet valid",
         [](Fixture& f) { f.issue([](Pass& p) { p.start_at += hours(1); }); },
         "lee@example.org",
         kPasscode,
         "pass_not_yet_valid"},
        {"expired",
         [](Fixture& f) {
           f.issue_one_time();
           f.clock.advance(minutes(60));
         },
         "lee@example.org",
         kPasscode,
         "pass_expired"},
        {"policy disabled",
         [](Fixture& f) {
           f.issue_one_time();
           f.edit_settings([](auto& s) { s.pass_policy.state = PolicyState::kDisabled; });
         },
         "lee@example.org",
         kPasscode,
         "pass_disabled_by_policy"},
        {"a multi-use pass under a one-time policy",
         [](Fixture& f) {
           f.issue_multi_use();
           f.edit_settings([](auto& s) { s.pass_policy.is_usable_once = true; });
         },
         "lee@example.org",
         kPasscode,
         "pass_disabled_by_policy"},
        {"user disabled",
         [](Fixture& f) {
           f.issue_one_time();
           f.edit_lee([](User& u) { u.is_enabled = false; });
         },
         "lee@example.org",
         kPasscode,
         "user_disabled"},
        {"user out of scope",
         [](Fixture& f) {
           f.issue_one_time();
           f.edit_settings([](auto& s) { s.pass_policy.include_targets.clear(); });
         },
         "lee@example.org",
         kPasscode,
         "user_out_of_scope"},
    };
    for (const auto& test : cases) {
      CAPTURE(test.name);
      Fixture f;
      test.arrange(f);
      f.check_refusal(f.redeem_as(test.user, test.passcode), test.reason);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "what happens to the pass while its passcode is hashed counts") {
    struct Case {
      const char* name;
      void (*interruption)(Fixture&, const Pass&);
      const char* reason;
    };
    const Case cases[] = {
        {"deleted",
         [](Fixture& f, const Pass& p) {
           f.write([&](WriteTransaction& t) { t.delete_pass(p.id); });
         },
         "pass_unknown"},
        {"used elsewhere",
         [](Fixture& f, const Pass& p) {
           f.write([&](WriteTransaction& t) { CHECK(t.mark_redeemed(p.id, kStart)); });
         },
         "pass_used"},
        {"expired", [](Fixture& f, const Pass&) { f.clock.advance(minutes(60)); }, "pass_expired"},
        {"its user disabled",
         [](Fixture& f, const Pass&) { f.edit_lee([](User& u) { u.is_enabled = false; }); },
         "user_disabled"},
        {"its user deleted",
         [](Fixture& f, const Pass&) {
           f.write([&](WriteTransaction& t) { t.delete_user(f.lee.id); });
         },
         "user_unknown"},
    };
    for (const auto& test : cases) {
      CAPTURE(test.name);
      Fixture f;
      const auto pass = f.issue_one_time();
      f.check_refusal(f.redeem_while([&] { test.interruption(f, pass); }), test.reason);
    }
  }

  TEST_CASE_FIXTURE(Fixture, "guesses are limited, alike for names that are and are not") {
    issue_one_time();
    for (const auto* name : {"lee@example.org", "nobody@example.org"}) {
      CAPTURE(name);
      for (int i = 0; i < 5; ++i)
        CHECK(redeem_as(name, "00000000").error().code == ErrorCode::kRefused);
      const auto rows = audit_rows();
      const auto locked = redeem_as(name, kPasscode);
      REQUIRE_FALSE(locked);
      CHECK(locked.error().code == ErrorCode::kLockedOut);
      CHECK(locked.error().detail == "too many attempts; try again in 1 minute");
      CHECK(audit_rows() == rows);
    }
    clock.advance(minutes(1));
    CHECK(redeem());
  }

  TEST_CASE_FIXTURE(Fixture, "a name over its limit is told to ask, not to wait") {
    edit_settings([](auto& settings) { settings.pass_policy.lockout.attempts_per_name = 5; });
    issue_one_time();
    for (int i = 0; i < 5; ++i) (void)redeem("00000000");
    clock.advance(hours(24));
    const auto locked = redeem();
    REQUIRE_FALSE(locked);
    CHECK(locked.error().code == ErrorCode::kLockedOut);
    CHECK(locked.error().detail.find("administrator") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Fixture, "an attempt counts although its process died before the answer") {
    issue_one_time();
    for (int i = 0; i < 5; ++i) {
      InterruptedStore dying(store);
      dying.interrupt_before(2, [] { throw std::runtime_error("killed while hashing"); });
      firstkey::core::PassRedeemer other(dying, random, pepper, hasher);
      CHECK_THROWS((void)other.redeem(
          {.user_name = lee.name,
           .passcode = firstkey::core::Secret(firstkey::core::as_bytes("00000000")),
           .station = firstkey::core::StationId("kiosk"),
           .session_secret = secret_of("secret"),
           .is_simulated = false}));
    }
    CHECK(redeem().error().code == ErrorCode::kLockedOut);
  }

  TEST_CASE_FIXTURE(Fixture, "a simulated key is refused before it burns the pass") {
    issue_one_time();
    const auto request = [&] {
      return firstkey::core::RedemptionRequest{
          .user_name = lee.name,
          .passcode = firstkey::core::Secret(firstkey::core::as_bytes(kPasscode)),
          .station = firstkey::core::StationId("kiosk"),
          .session_secret = secret_of("secret"),
          .is_simulated = true};
    };
    const auto refused = redeemer.redeem(request());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kSimulatorNotAllowed);
    edit_settings([](auto& settings) { settings.key_policy.allows_simulators = true; });
    const auto redeemed = redeemer.redeem(request());
    REQUIRE(redeemed);
    CHECK(session(redeemed->snapshot().session).is_simulated);
    CHECK(last_audit().details.at("isSimulated") == "true");
  }

  TEST_CASE_FIXTURE(Fixture, "a station that shows no proper secret is told so") {
    issue_one_time();
    auto refused = redeemer.redeem({.user_name = lee.name,
                                    .passcode = firstkey::core::Secret(),
                                    .station = firstkey::core::StationId("kiosk"),
                                    .session_secret = firstkey::core::Secret(),
                                    .is_simulated = false});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalidArgument);
  }

  TEST_CASE_FIXTURE(Fixture, "a store that was never set up says so") {
    firstkey::core::MemoryStore empty(clock, random);
    firstkey::core::PassRedeemer other(empty, random, pepper, hasher);
    const auto refused =
        other.redeem({.user_name = lee.name,
                      .passcode = firstkey::core::Secret(firstkey::core::as_bytes(kPasscode)),
                      .station = firstkey::core::StationId("kiosk"),
                      .session_secret = secret_of("secret"),
                      .is_simulated = false});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kNotInitialised);
  }

  TEST_CASE_FIXTURE(Fixture, "ticket and passcode together take a session up again") {
    issue_one_time();
    const auto id = redeem()->snapshot().session;
    clock.advance(minutes(4));
    const auto resumed = resume(id);
    REQUIRE(resumed);
    CHECK(resumed->snapshot().session == id);
    CHECK(resumed->snapshot().expires_at == kStart + minutes(10));
    CHECK(last_audit().action == "session.resume");
  }

  TEST_CASE_FIXTURE(Fixture,
                    "neither ticket nor passcode alone resumes, nor does another station") {
    issue_one_time();
    const auto id = redeem()->snapshot().session;
    check_refusal(resume(id, "00000000"), "pass_wrong");
    check_refusal(resume(id, kPasscode, "kiosk", "another secret"), "session_unknown");
    check_refusal(resume(id, kPasscode, "desk"), "session_unknown");
    check_refusal(resume(firstkey::core::SessionId("no such session")), "pass_wrong");
    CHECK(resume(id));
  }

  TEST_CASE_FIXTURE(Fixture, "resuming is under the same limits as redeeming") {
    issue_one_time();
    const auto id = redeem()->snapshot().session;
    for (int i = 0; i < 5; ++i) (void)resume(id, "00000000");
    CHECK(resume(id).error().code == ErrorCode::kLockedOut);
  }

  TEST_CASE_FIXTURE(Fixture, "a session whose time is over cannot be resumed") {
    issue_one_time();
    const auto id = redeem()->snapshot().session;
    clock.advance(minutes(10));
    const auto resumed = resume(id);
    REQUIRE_FALSE(resumed);
    CHECK(resumed.error().code == ErrorCode::kWindowOver);
  }

  TEST_CASE_FIXTURE(Fixture, "the passcode and the session secret appear nowhere in the store") {
    issue_one_time();
    (void)redeem("7KQM3TXG");
    REQUIRE(redeem());
    seen([&](ReadTransaction& t) {
      for (const auto& row : t.audit_rows({}, 100)) {
        std::string text = row.action + row.outcome;
        for (const auto& [name, value] : row.details) text += value;
        for (const auto& [name, field] : row.personal) text += field.value;
        CHECK(text.find("7KQM") == std::string::npos);
        CHECK(text.find("secret") == std::string::npos);
      }
      return true;
    });
  }
}
