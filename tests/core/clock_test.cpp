#include "core/clock.h"

#include <doctest/doctest.h>

#include "tests/support/fake_clock.h"

using firstkey::core::Duration;
using firstkey::core::from_rfc3339;
using firstkey::core::Instant;
using firstkey::core::to_rfc3339;

TEST_SUITE("core/clock") {
  TEST_CASE("RFC 3339 times round-trip") {
    for (const std::string text : {"2026-05-01T12:00:00Z",
                                   "1970-01-01T00:00:00Z",
                                   "2024-02-29T23:59:59.999999Z",
                                   "2026-05-01T12:00:00.25Z"}) {
      CAPTURE(text);
      const auto instant = from_rfc3339(text);
      REQUIRE(instant);
      CHECK(to_rfc3339(instant.value()) == text);
    }
  }

  TEST_CASE("offsets and Graph's seven digits are understood") {
    CHECK(from_rfc3339("2026-05-01T14:00:00+02:00") == from_rfc3339("2026-05-01T12:00:00Z"));
    CHECK(from_rfc3339("2026-05-01T08:30:00-03:30") == from_rfc3339("2026-05-01T12:00:00Z"));
    CHECK(from_rfc3339("2022-06-02T16:21:09.5893903Z") ==
          from_rfc3339("2022-06-02T16:21:09.589390Z"));
  }

  TEST_CASE("what is no time is refused") {
    for (const std::string text : {"",
                                   "2026-05-01",
                                   "2026-05-01T12:00:00",
                                   "2026-13-01T12:00:00Z",
                                   "2026-02-30T12:00:00Z",
                                   "2026-05-01T24:00:00Z",
                                   "2026-05-01T12:60:00Z",
                                   "2026-05-01T12:00:00.Z",
                                   "2026-05-01T12:00:00.0123456789Z",
                                   "2026-05-01T12:00:00+2:00",
                                   "2026-05-01T12:00:00Zx",
                                   "-026-05-01T12:00:00Z"}) {
      CAPTURE(text);
      CHECK_FALSE(from_rfc3339(text));
    }
  }

  TEST_CASE("the system clock names its boot and does not run backwards") {
    const firstkey::core::SystemClock clock;
    const auto first = clock.read();
    const auto second = clock.read();
    CHECK_FALSE(first.boot_id.empty());
    CHECK(second.boot_id == first.boot_id);
    CHECK(second.since_boot >= first.since_boot);
  }
}
