// The contract of core/store.h over every store: lock-out counters.

#include <doctest/doctest.h>

#include "tests/contract/store_fixtures.h"
#include "tests/support/records.h"

using firstkey::core::as_bytes;
using firstkey::core::LockoutCounter;
using firstkey::core::LockoutScope;
using firstkey::core::ReadTransaction;
using firstkey::core::sha256;
using firstkey::core::Store;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using std::chrono::seconds;

TEST_SUITE(CONTRACT_SUITE("store_lockout")) {
  TEST_CASE_TEMPLATE("lock-out counters are replaced, counted and forgotten", Fixture, STORES) {
    Fixture f;
    LockoutCounter counter{.scope = LockoutScope::kStation, .key = sha256(as_bytes("s"))};
    counter.last_at = kStart;
    commit(f.store(), [&](WriteTransaction& t) {
      t.put_lockout(counter);
      counter.attempts = 2;
      t.put_lockout(counter);
      CHECK(t.count_lockouts() == 1);
      CHECK(t.lockouts() == std::vector{counter});
      CHECK_FALSE(t.lockout(LockoutScope::kName, counter.key));
      t.delete_lockouts_before(kStart);
      CHECK(t.count_lockouts() == 1);
      t.delete_lockouts_before(kStart + seconds(1));
      CHECK(t.count_lockouts() == 0);
      t.put_lockout(counter);
      t.delete_lockout(counter.scope, counter.key);
      CHECK(t.count_lockouts() == 0);
    });
  }

  TEST_CASE_TEMPLATE(
      "the counters that count least go first, of equals the oldest", Fixture, STORES) {
    Fixture f;
    const auto counter = [](const char* name, int attempts, seconds last) {
      return LockoutCounter{.scope = LockoutScope::kName,
                            .key = sha256(as_bytes(name)),
                            .attempts = attempts,
                            .first_at = kStart,
                            .last_at = kStart + last};
    };
    const auto many = counter("many", 50, seconds(0));
    const auto newer = counter("newer", 1, seconds(2));
    commit(f.store(), [&](WriteTransaction& t) {
      for (const auto& each : {many, newer, counter("older", 1, seconds(1))}) t.put_lockout(each);
      t.delete_least_lockouts(0);
      CHECK(t.count_lockouts() == 3);
      t.delete_least_lockouts(1);
      CHECK(t.lockout(newer.scope, newer.key));
      CHECK(t.count_lockouts() == 2);
      t.delete_least_lockouts(1);
      CHECK(t.lockout(many.scope, many.key));
      t.delete_least_lockouts(5);
      CHECK(t.count_lockouts() == 0);
    });
  }

  TEST_CASE_TEMPLATE("counters that are rolled back are not counted", Fixture, STORES) {
    Fixture f;
    const LockoutCounter first{.scope = LockoutScope::kName, .key = sha256(as_bytes("a"))};
    const LockoutCounter second{.scope = LockoutScope::kName, .key = sha256(as_bytes("b"))};
    commit(f.store(), [&](WriteTransaction& t) { t.put_lockout(first); });
    REQUIRE(f.store().write([&](WriteTransaction& t) {
      t.put_lockout(second);
      t.delete_lockout(first.scope, first.key);
      t.delete_lockout(second.scope, second.key);
      CHECK(t.count_lockouts() == 0);
      return Store::Ending::kRollBack;
    }));
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.count_lockouts(); }) == 1);
  }
}
