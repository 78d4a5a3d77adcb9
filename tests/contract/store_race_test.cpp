// Many stations, each a process of its own, after the same two hundred one-time passes in one
// database: each pass is redeemed exactly once, together with its session and its audit row, and no
// process waits long for its turn.

#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>
#include <sys/mman.h>

#include "tests/contract/store_fixtures.h"
#include "tests/support/child_process.h"
#include "tests/support/records.h"

using firstkey::core::Instant;
using firstkey::core::ReadTransaction;
using firstkey::core::Store;
using firstkey::core::SystemClock;
using firstkey::core::SystemRandom;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

namespace {

constexpr int kPasses = 200;

/// What each process reports, in memory they share with the test.
struct Report {
  int redeemed = 0;
  int failed = 0;
  std::int64_t longest_wait_us = 0;
};

firstkey::core::Pass pass_number(int number) {
  return make_pass(make_user(std::to_string(number)));
}

bool redeem(Store& store, int number, const std::string& station) {
  bool is_won = false;
  const auto pass = pass_number(number);
  const auto done = store.write([&](WriteTransaction& t) {
    is_won = t.mark_redeemed(pass.id, t.clock().now);
    if (!is_won) return Store::Ending::kRollBack;
    t.insert_session(make_session(pass, station));
    t.append_audit(make_event("pass.redeem"));
    return Store::Ending::kCommit;
  });
  if (!done) throw std::runtime_error(done.error().detail);
  return is_won;
}

template <class Fixture>
int run_station(const Fixture& fixture, int station, Report& report) {
  const SystemClock clock;
  SystemRandom random;
  const auto store = fixture.open_elsewhere(clock, random);
  if (!store) return 1;
  for (int i = 0; i < kPasses; ++i) {
    const auto before = clock.read().since_boot;
    // Each station starts elsewhere, so that they meet at every pass in another order.
    const int number = (i + station * 13) % kPasses;
    if (redeem(*store, number, "station-" + std::to_string(station))) ++report.redeemed;
    const auto waited = (clock.read().since_boot - before).count();
    report.longest_wait_us = std::max(report.longest_wait_us, waited);
  }
  return 0;
}

}  // namespace

TEST_SUITE(CONTRACT_SUITE("store_race")) {
  TEST_CASE_TEMPLATE(
      "processes redeem two hundred one-time passes exactly once each", Fixture, LASTING_STORES) {
    Fixture f;
    commit(f.store(), [](WriteTransaction& t) {
      for (int number = 0; number < kPasses; ++number) {
        CHECK(t.insert_user(make_user(std::to_string(number))));
        t.insert_pass(pass_number(number));
      }
    });
    f.close();
    void* const memory = ::mmap(nullptr,
                                sizeof(Report) * Fixture::kStations,
                                PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS,
                                -1,
                                0);
    REQUIRE(memory != MAP_FAILED);
    auto* const reports = static_cast<Report*>(memory);
    std::vector<ChildProcess> stations;
    for (int station = 0; station < Fixture::kStations; ++station) {
      stations.emplace_back([&, station] { return run_station(f, station, reports[station]); });
    }
    for (auto& station : stations) CHECK(station.wait() == 0);

    int redeemed = 0;
    std::int64_t longest_wait_us = 0;
    for (int station = 0; station < Fixture::kStations; ++station) {
      redeemed += reports[station].redeemed;
      longest_wait_us = std::max(longest_wait_us, reports[station].longest_wait_us);
    }
    ::munmap(memory, sizeof(Report) * Fixture::kStations);
    MESSAGE("longest wait for a write: " << longest_wait_us / 1000 << " ms");
    CHECK(redeemed == kPasses);
    // Reported, not asserted: how long a turn takes depends on what else the machine does.
    WARN(longest_wait_us < 1'000'000);
    f.reopen();
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.recent_sessions(10'000); }).size() ==
          kPasses);
    CHECK(seen(f.store(), [](ReadTransaction& t) { return t.audit_rows({}, 10'000); }).size() ==
          kPasses);
    CHECK(f.store().check());
  }

  TEST_CASE_TEMPLATE(
      "a process that dies holding the turn does not keep it", Fixture, LASTING_STORES) {
    Fixture f;
    f.close();
    int started[2];
    REQUIRE(::pipe(started) == 0);
    ChildProcess holder([&] {
      const SystemClock clock;
      SystemRandom random;
      const auto store = f.open_elsewhere(clock, random);
      if (!store) return 1;
      (void)store->write([&](WriteTransaction&) {
        (void)!::write(started[1], "x", 1);
        ::pause();  // killed here, in the middle of its transaction
        return Store::Ending::kCommit;
      });
      return 0;
    });
    char byte = 0;
    REQUIRE(::read(started[0], &byte, 1) == 1);
    holder.kill();
    CHECK(holder.wait() == -1);
    ::close(started[0]);
    ::close(started[1]);
    const SystemClock clock;
    const auto before = clock.read().since_boot;
    f.reopen();
    commit(f.store(), [](WriteTransaction& t) { CHECK(t.insert_user(make_user("lee"))); });
    CHECK(clock.read().since_boot - before < std::chrono::seconds(2));
  }
}
