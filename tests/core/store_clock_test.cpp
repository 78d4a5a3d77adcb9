#include "core/store_clock.h"

#include <doctest/doctest.h>

#include "tests/support/fake_clock.h"

using firstkey::core::ClockCertainty;
using firstkey::core::ClockMark;
using firstkey::core::decide;
using firstkey::core::decide_by_server;
using firstkey::tests::FakeClock;
using std::chrono::hours;
using std::chrono::microseconds;
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

  TEST_CASE("a server's clock is believed, and time never goes below a mark") {
    FakeClock clock;
    CHECK(decide_by_server({}, clock.read()).now == clock.wall());
    const auto own = clock.read();
    const std::vector<ClockMark> marks{
        {.utc = own.wall + seconds(2), .since_boot = {}, .boot_id = "another's"},
        {.utc = own.wall, .since_boot = own.since_boot, .boot_id = own.boot_id}};
    CHECK(decide_by_server(marks, own).now == own.wall + seconds(2));
    clock.set_wall_by(hours(1));
    CHECK(decide_by_server(marks, clock.read()).now == own.wall + hours(1));
  }

  TEST_CASE("a server that was set back by more than the skew is held to our boot clock") {
    for (const auto& [back, is_believed] : {std::pair{microseconds(999'999), true},
                                            {microseconds(1'000'000), true},
                                            {microseconds(1'000'001), false}}) {
      CAPTURE(back.count());
      FakeClock clock;
      const auto first = decide_by_server({}, clock.read());
      clock.advance(minutes(3));
      const auto expected = clock.wall();
      clock.set_wall_by(-back);
      const auto second = decide_by_server({first.mark}, clock.read());
      CHECK(second.now == (is_believed ? expected - back : expected));
      CHECK(second.certainty == ClockCertainty::kCertain);
    }
  }

  TEST_CASE("a server behind another machine's mark by more than the skew is uncertain to us") {
    for (const auto& [back, certainty] :
         {std::pair{microseconds(999'999), ClockCertainty::kCertain},
          {microseconds(1'000'000), ClockCertainty::kCertain},
          {microseconds(1'000'001), ClockCertainty::kWentBackOverReboot}}) {
      CAPTURE(back.count());
      FakeClock clock;
      const auto first = decide_by_server({}, clock.read());
      clock.reboot(minutes(0));
      clock.set_wall_by(-back);
      const auto second = decide_by_server({first.mark}, clock.read());
      CHECK(second.certainty == certainty);
      CHECK(second.now == first.now);
      CHECK(second.mark.boot_id == "boot-2");
    }
  }
}
