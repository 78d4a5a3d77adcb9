#include "core/webauthn/assertion_verifier.h"

#include <array>

#include <doctest/doctest.h>

#include "core/webauthn/client_data.h"
#include "tests/support/made_ceremony.h"

using firstkey::core::Bytes;
using firstkey::core::webauthn::AssertionExpectations;
using firstkey::core::webauthn::AssertionVerifier;
using firstkey::core::webauthn::AuthenticationResponse;
using firstkey::core::webauthn::BackupRule;
using firstkey::core::webauthn::CheckOutcome;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::CrossOriginRule;
using firstkey::core::webauthn::kTypeCreate;
using firstkey::core::webauthn::UserVerificationRule;
using firstkey::tests::kBe;
using firstkey::tests::kBs;
using firstkey::tests::kUp;
using firstkey::tests::kUv;
using firstkey::tests::MadeAssertion;

namespace {

struct Breaker {
  const char* step;
  Code code;
  void (*spoil)(MadeAssertion&);
};

// In the order of the standard: WebAuthn L3 §7.2.
constexpr auto kBreakers = std::to_array<Breaker>({
    {"credential_allowed",
     Code::kCredentialNotAllowed,
     [](MadeAssertion& a) { a.expected.allow_credentials = {Bytes{9}}; }},
    {"owner",
     Code::kUserHandleMismatch,
     [](MadeAssertion& a) { a.expected.user_handle = Bytes{9}; }},
    {"client_data",
     Code::kJsonMalformed,
     [](MadeAssertion& a) {
       a.edits.emplace_back(
           [](AuthenticationResponse& response) { response.client_data_json = {'{'}; });
     }},
    {"type", Code::kTypeMismatch, [](MadeAssertion& a) { a.client.type = kTypeCreate; }},
    {"challenge",
     Code::kChallengeMismatch,
     [](MadeAssertion& a) { a.expected.ceremony.challenge.back() ^= 1U; }},
    {"origin",
     Code::kOriginNotAllowed,
     [](MadeAssertion& a) { a.client.origin = "https://example.org.evil"; }},
    {"cross_origin",
     Code::kCrossOriginNotAllowed,
     [](MadeAssertion& a) {
       a.client.is_cross_origin = true;
       a.expected.ceremony.cross_origin = CrossOriginRule::kRefused;
     }},
    {"top_origin",
     Code::kTopOriginNotAllowed,
     [](MadeAssertion& a) {
       a.client.is_cross_origin = true;
       a.client.top_origin = "https://evil.example";
       a.expected.ceremony.cross_origin = CrossOriginRule::kAllowed;
     }},
    {"authenticator_data",
     Code::kAuthenticatorDataMalformed,
     [](MadeAssertion& a) { a.data.tail = {0}; }},
    {"rp_id_hash", Code::kRpIdMismatch, [](MadeAssertion& a) { a.data.rp_id = "example.com"; }},
    {"user_present",
     Code::kUserNotPresent,
     [](MadeAssertion& a) { a.data.flags &= ~static_cast<unsigned>(kUp); }},
    {"user_verified",
     Code::kUserNotVerified,
     [](MadeAssertion& a) { a.data.flags &= ~static_cast<unsigned>(kUv); }},
    {"backup_state",
     Code::kBackupStateInvalid,
     [](MadeAssertion& a) { a.data.flags = (a.data.flags & ~static_cast<unsigned>(kBe)) | kBs; }},
    {"backup_eligibility",
     Code::kBackupEligibilityChanged,
     [](MadeAssertion& a) { a.data.flags |= kBe; }},
    {"signature",
     Code::kSignatureInvalid,
     [](MadeAssertion& a) {
       a.edits.emplace_back(
           [](AuthenticationResponse& response) { response.signature.back() ^= 1U; });
     }},
    {"sign_count",
     Code::kSignCountNotIncreased,
     [](MadeAssertion& a) { a.stored.sign_count = a.data.sign_count; }},
});

}  // namespace

TEST_SUITE("core/webauthn/assertion_verifier") {
  TEST_CASE("a good assertion passes every step, in the standard's order") {
    const MadeAssertion assertion;
    const auto verified = assertion.verify();
    REQUIRE(verified);
    CHECK(verified->credential_id() == assertion.stored.id);
    CHECK(verified->sign_count() == 8);
    CHECK(verified->is_user_verified());
    CHECK_FALSE(verified->is_backed_up());
    REQUIRE(verified->checks().size() == kBreakers.size());
    for (std::size_t i = 0; i < kBreakers.size(); ++i) {
      CHECK(verified->checks()[i].name == kBreakers[i].step);
    }
  }

  TEST_CASE("each step fails alone, with its own code") {
    for (const auto& breaker : kBreakers) {
      CAPTURE(breaker.step);
      MadeAssertion assertion;
      breaker.spoil(assertion);
      CHECK(assertion.refusal() == breaker.code);
    }
  }

  TEST_CASE("of two broken steps the earlier decides") {
    for (std::size_t earlier = 0; earlier < kBreakers.size(); ++earlier) {
      for (std::size_t later = earlier + 1; later < kBreakers.size(); ++later) {
        CAPTURE(kBreakers[earlier].step);
        CAPTURE(kBreakers[later].step);
        MadeAssertion assertion;
        kBreakers[later].spoil(assertion);
        kBreakers[earlier].spoil(assertion);
        CHECK(assertion.refusal() == kBreakers[earlier].code);
      }
    }
  }

  TEST_CASE("a record of another credential is refused before its key is used") {
    MadeAssertion assertion;
    assertion.stored.id.back() ^= 1U;
    CHECK(assertion.refusal() == Code::kCredentialNotAllowed);
  }

  TEST_CASE("the credential of another user is refused although its signature is good") {
    MadeAssertion assertion;
    assertion.stored.user_handle = Bytes{9};
    CHECK(assertion.refusal() == Code::kUserHandleMismatch);
    // Also when the response names the credential's owner and not the user asked about.
    assertion.edits.emplace_back(
        [](AuthenticationResponse& response) { response.user_handle = Bytes{9}; });
    CHECK(assertion.refusal() == Code::kUserHandleMismatch);
  }

  TEST_CASE("a response that names another user is refused") {
    MadeAssertion assertion;
    assertion.edits.emplace_back(
        [](AuthenticationResponse& response) { response.user_handle = Bytes{1, 2, 4}; });
    CHECK(assertion.refusal() == Code::kUserHandleMismatch);
    assertion.expected.user_handle.reset();
    CHECK(assertion.refusal() == Code::kUserHandleMismatch);
  }

  TEST_CASE("a user nobody named, before or in the response, is missing") {
    MadeAssertion assertion;
    assertion.edits.emplace_back(
        [](AuthenticationResponse& response) { response.user_handle.reset(); });
    CHECK_FALSE(assertion.refusal());
    assertion.expected.user_handle.reset();
    CHECK(assertion.refusal() == Code::kUserHandleMissing);
  }

  TEST_CASE("without a list of credentials the owner decides") {
    MadeAssertion assertion;
    assertion.expected.allow_credentials.clear();
    const auto verified = assertion.verify();
    REQUIRE(verified);
    CHECK(verified->checks().front().outcome == CheckOutcome::kNotAsked);
  }

  TEST_CASE("expectations nobody filled in allow nothing") {
    const MadeAssertion assertion;
    const auto refused =
        AssertionVerifier::verify(assertion.response(), AssertionExpectations{}, assertion.stored);
    CHECK(refused.error().code == Code::kChallengeMismatch);
  }

  TEST_CASE("a counter must grow, in threes") {
    for (const std::uint32_t stored : {7U, 8U, 9U}) {
      MadeAssertion assertion;
      assertion.stored.sign_count = stored;
      CAPTURE(stored);
      CHECK(assertion.verify().has_value() == (stored < assertion.data.sign_count));
    }
  }

  TEST_CASE("two zeros are a key that does not count; back to zero is a clone") {
    MadeAssertion assertion;
    assertion.data.sign_count = 0;
    CHECK(assertion.refusal() == Code::kSignCountNotIncreased);
    assertion.stored.sign_count = 0;
    const auto verified = assertion.verify();
    REQUIRE(verified);
    CHECK(verified->checks().back().outcome == CheckOutcome::kNotAsked);
  }

  TEST_CASE("backup eligibility is a fact of the credential's birth, both ways") {
    MadeAssertion assertion;
    assertion.expected.ceremony.backup = BackupRule::kBackupEligibleAllowed;
    assertion.stored.is_backup_eligible = true;
    CHECK(assertion.refusal() == Code::kBackupEligibilityChanged);
    assertion.data.flags |= kBe | kBs;
    const auto verified = assertion.verify();
    REQUIRE(verified);
    CHECK(verified->is_backed_up());
  }

  TEST_CASE("an eligible credential is refused where only device-bound ones are allowed") {
    MadeAssertion assertion;
    assertion.stored.is_backup_eligible = true;
    assertion.data.flags |= kBe;
    CHECK(assertion.refusal() == Code::kBackupEligibleNotAllowed);
  }

  TEST_CASE("user verification that is not required is told as not asked") {
    MadeAssertion assertion;
    assertion.expected.ceremony.user_verification = UserVerificationRule::kNotRequired;
    assertion.data.flags = kUp;
    const auto verified = assertion.verify();
    REQUIRE(verified);
    CHECK_FALSE(verified->is_user_verified());
  }

  TEST_CASE("a signature by another key is refused, and so is a stored key that does not read") {
    MadeAssertion assertion;
    assertion.stored.public_key = firstkey::tests::CredentialKey().cose();
    CHECK(assertion.refusal() == Code::kSignatureInvalid);
    assertion.stored.public_key.clear();
    CHECK(assertion.refusal() == Code::kCborTruncated);
  }
}
