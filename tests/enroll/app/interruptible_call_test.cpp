#include "enroll/app/interruptible_call.h"

#include <csignal>
#include <latch>

#include <doctest/doctest.h>
#include <unistd.h>

namespace firstkey::enroll::tests {

namespace {

void press_control_c() {
  REQUIRE(::kill(::getpid(), SIGINT) == 0);
}

}  // namespace

TEST_SUITE("enroll/app/interruptible_call") {
  TEST_CASE("a call that is not interrupted is waited for") {
    SignalWatch signals;
    const auto awaited = run_interruptibly([] { return 42; }, signals);
    CHECK(awaited.answer == 42);
    CHECK_FALSE(awaited.was_ended);
  }

  TEST_CASE("an answer that comes soon after a signal is still heard") {
    SignalWatch signals;
    std::latch is_pressed(1);
    const auto awaited = run_interruptibly(
        [&] {
          press_control_c();
          return 42;
        },
        signals);
    CHECK(awaited.answer == 42);
  }

  TEST_CASE("a call that hangs is left running, and counted until it returns") {
    SignalWatch signals;
    std::latch may_return(1);
    std::latch has_returned(1);
    const auto awaited = run_interruptibly(
        [&] {
          press_control_c();
          may_return.wait();
          has_returned.count_down();
          return 42;
        },
        signals);
    CHECK(awaited.was_ended);
    CHECK_FALSE(awaited.answer.has_value());
    CHECK(calls_left_running() == 1);
    may_return.count_down();
    has_returned.wait();
    while (calls_left_running() > 0) std::this_thread::yield();
  }
}

}  // namespace firstkey::enroll::tests
