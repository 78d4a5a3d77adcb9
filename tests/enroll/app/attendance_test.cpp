#include "enroll/app/attendance.h"

#include <csignal>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/support/fake_clock.h"
#include "tests/support/pseudo_terminal.h"

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;
using device::KeepAlive;
using firstkey::tests::FakeClock;
using firstkey::tests::PseudoTerminal;

/// Waits until somebody has enough.
void await(const std::stop_token& enough) {
  device::WakeEvent wake;
  const std::stop_callback on_stop(enough, [&] { wake.signal(); });
  pollfd waited{.fd = wake.fd(), .events = POLLIN, .revents = 0};
  (void)::poll(&waited, 1, 20'000);
}

}  // namespace

TEST_SUITE("enroll/app/attendance") {
  TEST_CASE("at a terminal it says what to do and how long there is, until ^C") {
    PseudoTerminal person([] {
      SignalWatch signals;
      const FakeClock clock;
      const auto terminal = Terminal::find();
      if (!terminal) return 1;
      Attendance attendance(signals, clock, &*terminal);
      attendance.show("Insert a key …", 90s);
      await(attendance.stop_token());
      return attendance.is_stopped() ? 7 : 2;
    });
    CHECK(person.read_until("left").find("Insert a key …  1:30 left") != std::string::npos);
    person.type("\x03");
    CHECK(person.wait() == 7);
  }

  TEST_CASE("a line that is said stays above the current one, which is gone in the end") {
    PseudoTerminal person([] {
      SignalWatch signals;
      const FakeClock clock;
      const auto terminal = Terminal::find();
      if (!terminal) return 1;
      Attendance attendance(signals, clock, &*terminal);
      attendance.show("Insert a key …");
      attendance.say("That is none.");
      return 0;
    });
    const auto seen = person.read_until("none.\r\n  Insert a key …\r\x1b[K");
    CHECK(seen.find("  Insert a key …\r\x1b[K  That is none.\r\n") != std::string::npos);
    CHECK(person.wait() == 0);
  }

  TEST_CASE("a key's wish for a touch is shown with the call's time left, and withdrawn") {
    PseudoTerminal person([] {
      SignalWatch signals;
      FakeClock clock;
      const auto terminal = Terminal::find();
      if (!terminal) return 1;
      Attendance attendance(signals, clock, &*terminal);
      const auto limits = attendance.limits(30s, "Touch the key …");
      clock.advance(10s);
      limits.on_keep_alive(KeepAlive::kUserPresenceNeeded);
      limits.on_keep_alive(KeepAlive::kProcessing);
      return 0;
    });
    const auto seen = person.read_until("\x1b[K\r\x1b[K");
    CHECK(seen.find("Touch the key …  0:20 left") != std::string::npos);
    CHECK(person.wait() == 0);
  }

  TEST_CASE("with nobody there it shows nothing and obeys signals all the same") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      SignalWatch signals;
      const FakeClock clock;
      Attendance attendance(signals, clock, nullptr);
      attendance.show("Insert a key …", 90s);
      CHECK_FALSE(attendance.is_stopped());
      (void)::kill(::getpid(), signal);
      await(attendance.stop_token());
      CHECK(attendance.is_stopped());
    }
  }
}

}  // namespace firstkey::enroll::tests
