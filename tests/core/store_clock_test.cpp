#include "core/store_clock.h"

#include <doctest/doctest.h>

#include "tests/support/fake_clock.h"

using firstkey::core::ClockCertainty;
using firstkey::core::ClockMark;
using firstkey::core::decide;
using firstkey::tests::FakeClock;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_SUITE("core/store_clock") {
  TEST_CASE("without a mark the wall clock is believed") {
    const FakeClock clock;
    CHECK(decide(std::nullopt, clock.read()).now == clock.wall());
  }

  TEST_CASE("setting the wall clock back does not stop time within a boot") {
    FakeClock clock;
    const auto first = decide(std::nullopt, clock.read());
    clock.set_wall_by(-hours(1));
    clock.advance(minutes(3));
    const auto second = decide(first.mark, clock.read());
    CHECK(second.now == first.now + minutes(3));
    CHECK(second.certainty == ClockCertainty::kCertain);
  }

  TEST_CASE("setting the wall clock forward is believed, and stays so when it is set back") {
    FakeClock clock;
    const auto first = decide(std::nullopt, clock.read());
    clock.set_wall_by(hours(1));
    const auto second = decide(first.mark, clock.read());
    CHECK(second.now == first.now + hours(1));
    clock.set_wall_by(-hours(1));
    CHECK(decide(second.mark, clock.read()).now == second.now);
  }

  TEST_CASE("over a reboot a wall clock that ran on is believed") {
    FakeClock clock;
    const auto first = decide(std::nullopt, clock.read());
    clock.reboot(minutes(2));
    const auto second = decide(first.mark, clock.read());
    CHECK(second.now == first.now + minutes(2));
    CHECK(second.certainty == ClockCertainty::kCertain);
    CHECK(second.mark.boot_id == "boot-2");
  }

  TEST_CASE("over a reboot a wall clock behind the mark is uncertain, and time does not go back") {
    FakeClock clock;
    const auto first = decide(std::nullopt, clock.read());
    clock.reboot(minutes(2));
    clock.set_wall_by(-hours(1));
    const auto second = decide(first.mark, clock.read());
    CHECK(second.certainty == ClockCertainty::kWentBackOverReboot);
    CHECK(second.now == first.now);
    clock.advance(seconds(30));
    const auto third = decide(second.mark, clock.read());
    CHECK(third.certainty == ClockCertainty::kCertain);
    CHECK(third.now == first.now + seconds(30));
  }

  TEST_CASE("a reading taken before another process raised the mark does not undercut it") {
    FakeClock clock;
    const auto early = clock.read();
    clock.advance(seconds(5));
    const auto raised = decide(std::nullopt, clock.read());
    CHECK(decide(raised.mark, early).now == raised.now);
  }
}
