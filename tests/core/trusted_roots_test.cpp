#include "core/trusted_roots.h"

#include <doctest/doctest.h>

#include "tests/support/test_authenticator.h"

using firstkey::core::ErrorCode;
using firstkey::core::TrustedRoots;
using firstkey::core::TrustRoot;
using firstkey::tests::TestAuthenticator;

TEST_SUITE("core/trusted_roots") {
  TEST_CASE("the trust store is made once for the same roots, and anew for others") {
    TrustedRoots trusted;
    const std::vector<TrustRoot> roots{{.id = "r", .der = TestAuthenticator().certificate()}};
    const auto first = trusted.of(roots).value();
    CHECK_FALSE(first->empty());
    CHECK(trusted.of(roots).value() == first);
    const auto none = trusted.of({}).value();
    CHECK(none != first);
    CHECK(none->empty());
  }

  TEST_CASE("a root that is no certificate is told as damage") {
    TrustedRoots trusted;
    const auto refused = trusted.of({{.id = "r", .der = {1, 2, 3}}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kStoreDamaged);
    CHECK(trusted.of({}));
  }
}
