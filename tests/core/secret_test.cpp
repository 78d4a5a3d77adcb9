#include "core/secret.h"

#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using firstkey::core::as_bytes;
using firstkey::core::Secret;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);

TEST_SUITE("core/secret") {
  TEST_CASE("taking a string leaves none of it behind") {
    std::string typed = "7KQM3TXF";
    const char* memory = typed.data();
    const auto secret = Secret::take(typed);
    CHECK(typed.empty());
    CHECK(memory[1] == '\0');
    CHECK(firstkey::core::to_string(secret.expose()) == "7KQM3TXF");
  }

  TEST_CASE("moving empties the source") {
    Secret first(as_bytes("one"));
    Secret second = std::move(first);
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
    CHECK(second.size() == 3);
    second = Secret(as_bytes("other"));
    CHECK(second.size() == 5);
  }

  TEST_CASE("equality compares content and length") {
    CHECK(Secret(as_bytes("abc")).equals(Secret(as_bytes("abc"))));
    CHECK_FALSE(Secret(as_bytes("abc")).equals(Secret(as_bytes("abd"))));
    CHECK_FALSE(Secret(as_bytes("abc")).equals(Secret(as_bytes("ab"))));
    CHECK(Secret().equals(Secret()));
  }
}
