#include "core/guess_limits.h"

#include <doctest/doctest.h>

#include "tests/support/enrollment_fixture.h"

using firstkey::core::attempt_keys;
using firstkey::core::AttemptKeys;
using firstkey::core::Duration;
using firstkey::core::Lockout;
using firstkey::core::LockoutLimits;
using firstkey::core::LockoutScope;
using firstkey::core::ReadTransaction;
using firstkey::core::StationId;
using firstkey::core::WriteTransaction;
using firstkey::tests::EnrollmentFixture;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Fixture : EnrollmentFixture {
  [[nodiscard]] AttemptKeys keys(const std::string& name, const std::string& station) const {
    return attempt_keys(pepper, name, StationId(station)).value();
  }
  std::optional<Lockout> attempt(const std::string& name = "lee",
                                 const std::string& station = "kiosk") {
    std::optional<Lockout> lockout;
    write([&](WriteTransaction& t) {
      last_at = t.clock().now;
      lockout = reserve_attempt(t, limits, keys(name, station), last_at);
    });
    return lockout;
  }
  /// The attempt reserved at `reserved_at`, the last one if not told, was right.
  void succeed(const std::string& name = "lee",
               const std::string& station = "kiosk",
               std::optional<firstkey::core::Instant> reserved_at = std::nullopt) {
    write([&](WriteTransaction& t) {
      release_attempt(t, keys(name, station), reserved_at.value_or(last_at));
    });
  }
  /// `count` attempts that must be let through, with enough time between them.
  void fail_slowly(int count,
                   const std::string& name = "lee",
                   const std::string& station = "kiosk") {
    for (int i = 0; i < count; ++i) {
      REQUIRE_FALSE(attempt(name, station));
      clock.advance(minutes(31));
    }
  }
  LockoutLimits limits;
  firstkey::core::Instant last_at;
};

}  // namespace

TEST_SUITE("core/guess_limits") {
  TEST_CASE_FIXTURE(Fixture, "five attempts are free and the sixth waits a minute") {
    for (int i = 0; i < 5; ++i) CHECK_FALSE(attempt());
    const auto start = clock.wall();
    const auto lockout = attempt();
    REQUIRE(lockout);
    CHECK(lockout->scope == LockoutScope::kNameAtStation);
    CHECK(lockout->until == start + minutes(1));
    clock.advance(minutes(1) - microseconds(1));
    CHECK(attempt());
    clock.advance(microseconds(1));
    CHECK_FALSE(attempt());
  }

  TEST_CASE_FIXTURE(Fixture, "pauses double up to half an hour") {
    for (int i = 0; i < 4; ++i) CHECK_FALSE(attempt());
    for (const int pause : {1, 2, 4, 8, 16, 30, 30, 30}) {
      CAPTURE(pause);
      CHECK_FALSE(attempt());
      clock.advance(minutes(pause) - microseconds(1));
      CHECK(attempt());
      clock.advance(microseconds(1));
    }
  }

  TEST_CASE_FIXTURE(Fixture, "success forgets the pauses at that station alone") {
    for (int i = 0; i < 5; ++i) CHECK_FALSE(attempt("lee", "kiosk"));
    for (int i = 0; i < 5; ++i) CHECK_FALSE(attempt("lee", "desk"));
    succeed("lee", "kiosk");
    CHECK_FALSE(attempt("lee", "kiosk"));
    CHECK(attempt("lee", "desk"));
  }

  TEST_CASE_FIXTURE(Fixture,
                    "a name has fifty attempts over all stations, then staff must clear it") {
    for (int i = 0; i < 50; ++i) fail_slowly(1, "lee", "station " + std::to_string(i));
    const auto lockout = attempt("lee", "fresh");
    REQUIRE(lockout);
    CHECK(lockout->scope == LockoutScope::kName);
    CHECK_FALSE(lockout->until);
    clock.advance(minutes(60 * 24));
    CHECK(attempt("lee", "fresh"));
    write(
        [&](WriteTransaction& t) { t.delete_lockout(LockoutScope::kName, keys("lee", "").name); });
    CHECK_FALSE(attempt("lee", "fresh"));
  }

  TEST_CASE_FIXTURE(Fixture, "success gives one attempt of a name back, not all") {
    limits.attempts_per_name = 5;
    for (int i = 0; i < 4; ++i) fail_slowly(1, "lee", std::to_string(i));
    CHECK_FALSE(attempt("lee", "right"));
    succeed("lee", "right");
    CHECK_FALSE(attempt("lee", "a"));
    CHECK(attempt("lee", "b"));
  }

  TEST_CASE_FIXTURE(Fixture, "a station has twenty attempts in any ten minutes over all names") {
    const auto start = clock.wall();
    for (int i = 0; i < 20; ++i) {
      CHECK_FALSE(attempt("name " + std::to_string(i)));
      clock.advance(seconds(10));
    }
    const auto lockout = attempt("another");
    REQUIRE(lockout);
    CHECK(lockout->scope == LockoutScope::kStation);
    CHECK(lockout->until == start + minutes(10));
    CHECK_FALSE(attempt("another", "desk"));
    clock.advance(minutes(10) - seconds(200) - microseconds(1));
    CHECK(attempt("another"));
    clock.advance(microseconds(1));
    CHECK_FALSE(attempt("another"));
    CHECK(attempt("and another"));
  }

  TEST_CASE_FIXTURE(Fixture, "success at a station does not count against it") {
    for (int i = 0; i < 40; ++i) {
      CHECK_FALSE(attempt("name " + std::to_string(i)));
      succeed("name " + std::to_string(i));
    }
  }

  TEST_CASE_FIXTURE(Fixture, "an early success does not shorten the time of a later failure") {
    limits.attempts_per_station = 2;
    const auto right_at = clock.wall();
    CHECK_FALSE(attempt("lee"));
    clock.advance(seconds(1));
    CHECK_FALSE(attempt("kim"));
    succeed("lee", "kiosk", right_at);
    CHECK_FALSE(attempt("ana"));
    clock.advance(minutes(10) - microseconds(1));
    CHECK(attempt("ben"));
    clock.advance(microseconds(1));
    CHECK_FALSE(attempt("ben"));
  }

  TEST_CASE_FIXTURE(Fixture, "over a limit nothing is written") {
    for (int i = 0; i < 5; ++i) CHECK_FALSE(attempt());
    const auto counters = seen([](ReadTransaction& t) { return t.lockouts(); });
    clock.advance(seconds(30));
    CHECK(attempt());
    CHECK(seen([](ReadTransaction& t) { return t.lockouts(); }) == counters);
  }

  TEST_CASE_FIXTURE(Fixture,
                    "at their bound the counters that count least go, never a locked name") {
    constexpr std::size_t kBound = 100'000;
    limits.attempts_per_station = 10'000;
    limits.attempts_per_name = 5;
    fail_slowly(5);
    write([&](WriteTransaction& t) {
      for (std::size_t i = t.count_lockouts(); i < kBound; ++i) {
        t.put_lockout({.scope = LockoutScope::kName,
                       .key = firstkey::core::sha256(firstkey::core::as_bytes(std::to_string(i))),
                       .attempts = 1,
                       .first_at = last_at,
                       .last_at = t.clock().now});
      }
    });
    CHECK_FALSE(attempt("max"));
    CHECK(seen([](ReadTransaction& t) { return t.count_lockouts(); }) < kBound);
    CHECK(attempt().value().scope == LockoutScope::kName);
  }

  TEST_CASE_FIXTURE(Fixture, "keys tell neither name nor station, and never collide") {
    const auto one = keys("lee", "kiosk");
    CHECK(one.name_at_station != keys("lee", "desk").name_at_station);
    CHECK(one.name == keys("lee", "desk").name);
    CHECK(one.station == keys("kim", "kiosk").station);
    CHECK(keys("a", "bc").name_at_station != keys("ab", "c").name_at_station);
    CHECK(keys("x", "").name != keys("", "x").station);
  }
}
