// A station at its limit: whether an attempt waits for a turn.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "core/guess_limits.h"
#include "core/pass_redeemer.h"
#include "core/store_clock.h"
#include "tests/support/enrollment_fixture.h"

using namespace firstkey;
using namespace std::chrono_literals;
using core::ErrorCode;
using std::chrono::milliseconds;

namespace {

constexpr int kAttempts = 3;  // the station's limit here

struct Fixture : tests::EnrollmentFixture {
  Fixture() {
    issue_one_time();
    edit_settings([](core::Settings& settings) {
      settings.pass_policy.lockout.attempts_per_station = kAttempts;
    });
  }

  [[nodiscard]] core::AttemptKeys keys_of(int person) {
    const auto name = "person" + std::to_string(person) + "@example.org";
    return core::attempt_keys(pepper, name, core::StationId("kiosk")).value();
  }
  void reserve(int person) {
    write([&](core::WriteTransaction& t) {
      core::settle_clock(t);
      reserved_at[person] = t.clock().now;
      CHECK_FALSE(core::reserve_attempt(
          t, t.settings()->pass_policy.lockout, keys_of(person), t.clock().now));
    });
  }
  void succeed(int person) {
    write([&](core::WriteTransaction& t) {
      core::release_attempt(t, keys_of(person), reserved_at.at(person));
    });
  }
  /// Three at the kiosk whose hashes are under way.
  void fill() {
    for (int person = 0; person < kAttempts; ++person) reserve(person);
  }
  /// Lee's redemption, while every rest lets `meanwhile` happen.
  std::optional<ErrorCode> redeem_while(const std::function<void()>& meanwhile) {
    core::PassRedeemer other(store, random, pepper, hasher, [&](milliseconds time) {
      rested += time;
      meanwhile();
    });
    const auto redeemed = other.redeem({.user_name = lee.name,
                                        .passcode = core::Secret(core::as_bytes(tests::kPasscode)),
                                        .station = core::StationId("kiosk"),
                                        .session_secret = secret_of("secret"),
                                        .is_simulated = false});
    if (redeemed) return std::nullopt;
    return redeemed.error().code;
  }

  milliseconds rested{0};
  std::map<int, core::Instant> reserved_at;
};

}  // namespace

TEST_SUITE("core/station_turn") {
  TEST_CASE_FIXTURE(Fixture, "below the limit nobody waits") {
    reserve(0);
    reserve(1);
    CHECK(redeem_while([] {}) == std::nullopt);
    CHECK(rested == 0ms);
  }

  TEST_CASE_FIXTURE(Fixture, "at the limit an attempt waits until another one succeeded") {
    fill();
    int rests = 0;
    CHECK(redeem_while([&] {
            if (++rests == 4) succeed(0);
          }) == std::nullopt);
    CHECK(rests == 4);
  }

  TEST_CASE_FIXTURE(Fixture, "while nobody succeeds it waits two seconds, and is refused") {
    fill();
    CHECK(redeem_while([] {}) == ErrorCode::kLockedOut);
    CHECK(rested == core::kLongestStillness);
  }

  TEST_CASE_FIXTURE(Fixture, "a success begins the two seconds anew") {
    fill();
    CHECK(redeem_while([&] {
            if (rested != 1900ms) return;
            succeed(0);
            clock.advance(1ms);
            reserve(9);
          }) == ErrorCode::kLockedOut);
    CHECK(rested == 1900ms + core::kLongestStillness);
  }

  TEST_CASE_FIXTURE(Fixture, "a queue that never lets it in is left after half a minute") {
    fill();
    int person = 0;
    CHECK(redeem_while([&] {
            succeed(person);
            clock.advance(1ms);
            reserve(kAttempts + person++);
          }) == ErrorCode::kLockedOut);
    CHECK(rested == core::kLongestTurn);
  }

  TEST_CASE_FIXTURE(Fixture, "where threads are everybody's, an attempt is refused at once") {
    fill();
    core::PassRedeemer other(
        store, random, pepper, hasher, [&](milliseconds time) { rested += time; });
    other.set_at_full_station(core::AtFullStation::kIsRefused);
    const auto redeemed = other.redeem({.user_name = lee.name,
                                        .passcode = core::Secret(core::as_bytes(tests::kPasscode)),
                                        .station = core::StationId("kiosk"),
                                        .session_secret = secret_of("secret"),
                                        .is_simulated = false});
    REQUIRE_FALSE(redeemed);
    CHECK(redeemed.error().code == ErrorCode::kLockedOut);
    CHECK(rested == 0ms);
  }

  TEST_CASE_FIXTURE(Fixture, "a name that is locked out does not wait") {
    for (int i = 0; i < 5; ++i) (void)redeem("WRONG000", "desk" + std::to_string(i));
    edit_settings([](core::Settings& s) { s.pass_policy.lockout.attempts_per_name = 5; });
    CHECK(redeem_while([] {}) == ErrorCode::kLockedOut);
    CHECK(rested == 0ms);
  }
}
