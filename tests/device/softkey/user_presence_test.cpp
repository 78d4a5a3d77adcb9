#include "device/softkey/user_presence.h"

#include <doctest/doctest.h>

namespace {

using firstkey::device::softkey::Instant;
using firstkey::device::softkey::Milliseconds;
using firstkey::device::softkey::OncePerTap;
using firstkey::device::softkey::parse_touch_policy;
using firstkey::device::softkey::Presence;
using firstkey::device::softkey::TouchByPolicy;
using firstkey::device::softkey::TouchPolicy;

constexpr Instant kAsked{Milliseconds{5'000}};

Instant after(int milliseconds) {
  return kAsked + Milliseconds(milliseconds);
}

}  // namespace

TEST_SUITE("device/softkey/user_presence") {
  TEST_CASE("a policy is read from its text, and nothing else is") {
    CHECK(parse_touch_policy("auto") == TouchPolicy{TouchPolicy::Kind::kAuto, {}});
    CHECK(parse_touch_policy("never") == TouchPolicy{TouchPolicy::Kind::kNever, {}});
    CHECK(parse_touch_policy("signal") == TouchPolicy{TouchPolicy::Kind::kOnTouch, {}});
    CHECK(parse_touch_policy("delay:1500") ==
          TouchPolicy{TouchPolicy::Kind::kDelayed, Milliseconds(1500)});
    for (const char* text :
         {"", "Auto", "delay", "delay:", "delay:-1", "delay:1s", "delay:600001"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_touch_policy(text).has_value());
    }
  }

  TEST_CASE("a delayed touch comes when its time has come") {
    TouchByPolicy touch({TouchPolicy::Kind::kDelayed, Milliseconds(700)});
    touch.ask(kAsked);
    CHECK(touch.poll(after(699)) == Presence::kAwaited);
    CHECK(touch.poll(after(700)) == Presence::kGranted);
    CHECK(touch.poll(after(701)) == Presence::kGranted);
  }

  TEST_CASE("a finger comes before the delay does") {
    TouchByPolicy touch({TouchPolicy::Kind::kDelayed, Milliseconds(700)});
    touch.ask(kAsked);
    touch.touch();
    CHECK(touch.poll(after(1)) == Presence::kGranted);
  }

  TEST_CASE("only a touch after the question answers it") {
    TouchByPolicy touch({TouchPolicy::Kind::kOnTouch, {}});
    touch.touch();
    touch.ask(kAsked);
    CHECK(touch.poll(after(60'000)) == Presence::kAwaited);
    touch.touch();
    CHECK(touch.poll(after(60'000)) == Presence::kGranted);
  }

  TEST_CASE("never means not even with a finger on it, auto means at once") {
    TouchByPolicy never({TouchPolicy::Kind::kNever, {}});
    never.ask(kAsked);
    never.touch();
    CHECK(never.poll(after(60'000)) == Presence::kAwaited);
    TouchByPolicy always({TouchPolicy::Kind::kAuto, {}});
    always.ask(kAsked);
    CHECK(always.poll(kAsked) == Presence::kGranted);
  }

  TEST_CASE("a tap is good for one presence, until the card is lifted") {
    TouchByPolicy touch({TouchPolicy::Kind::kAuto, {}});
    OncePerTap tap(touch, kAsked);
    tap.ask(after(1));
    CHECK(tap.poll(after(1)) == Presence::kGranted);
    tap.ask(after(2));
    CHECK(tap.poll(after(2)) == Presence::kRefused);
    tap.power_cycle(after(3));
    tap.ask(after(4));
    CHECK(tap.poll(after(4)) == Presence::kGranted);
  }

  TEST_CASE("a tap is no longer the user's after two minutes") {
    TouchByPolicy touch({TouchPolicy::Kind::kAuto, {}});
    for (const auto& [milliseconds, expected] : {std::pair{119'999, Presence::kGranted},
                                                 std::pair{120'000, Presence::kRefused},
                                                 std::pair{120'001, Presence::kRefused}}) {
      CAPTURE(milliseconds);
      OncePerTap tap(touch, kAsked);
      tap.ask(after(milliseconds));
      CHECK(tap.poll(after(milliseconds)) == expected);
    }
  }

  TEST_CASE("a tap whose touch is still awaited is not used up") {
    TouchByPolicy touch({TouchPolicy::Kind::kOnTouch, {}});
    OncePerTap tap(touch, kAsked);
    tap.ask(kAsked);
    CHECK(tap.poll(kAsked) == Presence::kAwaited);
    touch.touch();
    CHECK(tap.poll(kAsked) == Presence::kGranted);
  }
}
