#include "core/trusted_roots.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "core/webauthn/examination.h"
#include "core/webauthn/json.h"
#include "tests/support/test_authenticator.h"

using firstkey::core::ErrorCode;
using firstkey::core::TrustedRoots;
using firstkey::core::TrustRoot;
using firstkey::tests::TestAuthenticator;
namespace webauthn = firstkey::core::webauthn;

TEST_SUITE("core/trusted_roots") {
  TEST_CASE("the trust stores are made once for the same roots, and anew for others") {
    TrustedRoots trusted;
    const std::vector<TrustRoot> roots{{.id = "r", .der = TestAuthenticator().certificate()}};
    const auto first = trusted.of(roots).value();
    CHECK_FALSE(first->of_any_model.empty());
    CHECK(trusted.of(roots).value() == first);
    const auto none = trusted.of({}).value();
    CHECK(none != first);
    CHECK(none->of_any_model.empty());
  }

  TEST_CASE("a root of certain models is in the trust stores of these and in no other") {
    TrustedRoots trusted;
    const firstkey::core::Bytes one(16, 1);
    const firstkey::core::Bytes other(16, 2);
    const auto roots =
        trusted
            .of({{.id = "r", .der = TestAuthenticator().certificate(), .aaguids = {one, other}},
                 {.id = "s", .der = TestAuthenticator().certificate(), .aaguids = {one}}})
            .value();
    CHECK(roots->of_any_model.empty());
    CHECK(roots->by_model.size() == 2);
    CHECK_FALSE(roots->by_model.at(one).empty());
    CHECK_FALSE(roots->by_model.at(other).empty());
  }

  TEST_CASE("threads that verify keys of one batch share what is known of its certificate") {
    TestAuthenticator key;
    key.statement = TestAuthenticator::Statement::kCertified;
    webauthn::CreationOptions options;
    options.rp = {.id = "example.org", .name = "Example"};
    options.user = {.id = {1}, .name = "lee", .display_name = "Lee"};
    options.challenge = {1, 2, 3};
    options.algorithms = {webauthn::Algorithm::kEs256};
    const auto asked = webauthn::to_json(options);
    const auto made = key.make({.json = asked, .origin = "https://example.org"});
    TrustedRoots trusted;
    const auto roots = trusted.of({{.id = "r", .der = key.certificate()}}).value();
    const webauthn::ExaminationTerms terms{
        .attestation = webauthn::AttestationRule::kEnforced,
        .trust_store = &roots->of_any_model,
        .now = firstkey::core::from_rfc3339("2026-05-01T12:00:00Z").value()};
    std::atomic<int> accepted = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
          for (int j = 0; j < 25; ++j)
            accepted += webauthn::examine(asked, made, terms).credential ? 1 : 0;
        });
      }
    }
    CHECK(accepted == 100);
    CHECK(roots->of_any_model.memory()->size() == 1);
  }

  TEST_CASE("a root that is no certificate is told as damage") {
    TrustedRoots trusted;
    const auto refused = trusted.of({{.id = "r", .der = {1, 2, 3}}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kStoreDamaged);
    CHECK(trusted.of({}));
  }
}
