#include "core/ids.h"

#include <regex>
#include <type_traits>

#include <doctest/doctest.h>

#include "tests/support/fake_random.h"

using firstkey::core::PassId;
using firstkey::core::SessionId;

static_assert(!std::is_convertible_v<PassId, SessionId>);
static_assert(!std::is_constructible_v<PassId, SessionId>);

TEST_SUITE("core/ids") {
  TEST_CASE("an identifier is a version 4 UUID") {
    firstkey::tests::FakeRandom random(1);
    const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    for (int i = 0; i < 100; ++i) {
      CHECK(std::regex_match(firstkey::core::make_id<PassId>(random).text(), uuid));
    }
  }
}
