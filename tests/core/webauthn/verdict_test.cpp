#include "core/webauthn/verdict.h"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include "core/webauthn/verdict_json.h"
#include "tests/support/made_ceremony.h"

using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::to_base64url;
using firstkey::core::to_hex;
using firstkey::core::webauthn::AssertionVerifier;
using firstkey::core::webauthn::Check;
using firstkey::core::webauthn::CheckOutcome;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::RegistrationVerifier;
using firstkey::core::webauthn::to_text;
using firstkey::core::webauthn::verdict_json;
using firstkey::core::webauthn::VerdictNode;
using firstkey::core::webauthn::VerdictOutcome;
using firstkey::tests::CertificateShape;
using firstkey::tests::issue;
using firstkey::tests::kUp;
using firstkey::tests::MadeAssertion;
using firstkey::tests::MadeRegistration;
using firstkey::tests::packed_statement;
using firstkey::tests::self_signed;

namespace {

VerdictNode explain(const MadeRegistration& registration) {
  return RegistrationVerifier::explain(registration.response(), registration.expected).verdict;
}

/// The steps of a verdict without the parts they stand in.
std::vector<const VerdictNode*> steps_of(const VerdictNode& verdict) {
  std::vector<const VerdictNode*> steps;
  for (const auto& part : verdict.parts) {
    for (const auto& step : part.parts) steps.push_back(&step);
  }
  return steps;
}

const VerdictNode& step(const VerdictNode& verdict, std::string_view name) {
  const auto steps = steps_of(verdict);
  const auto found = std::ranges::find(steps, name, &VerdictNode::name);
  REQUIRE(found != steps.end());
  return **found;
}

std::string evidence(const VerdictNode& node, std::string_view name) {
  for (const auto& [known, value] : node.evidence) {
    if (known == name) return value;
  }
  return "(none)";
}

VerdictOutcome told(CheckOutcome outcome) {
  return outcome == CheckOutcome::kPassed ? VerdictOutcome::kPassed : VerdictOutcome::kNotAsked;
}

void check_told(const VerdictNode& verdict, const std::vector<Check>& checks) {
  const auto steps = steps_of(verdict);
  REQUIRE(steps.size() == checks.size());
  for (std::size_t i = 0; i < checks.size(); ++i) {
    CAPTURE(checks[i].name);
    CHECK(steps[i]->name == checks[i].name);
    CHECK(steps[i]->source == checks[i].source);
    CHECK(steps[i]->outcome == told(checks[i].outcome));
  }
}

}  // namespace

TEST_SUITE("core/webauthn/verdict") {
  TEST_CASE("an accepted registration is told check by check, as it was verified") {
    const MadeRegistration registration;
    const auto response = registration.response();
    const auto explained = RegistrationVerifier::explain(response, registration.expected);
    REQUIRE(explained.credential);
    CHECK(explained.verdict.outcome == VerdictOutcome::kPassed);
    CHECK_FALSE(explained.verdict.refusal);
    check_told(explained.verdict, explained.credential->value().checks);
    const auto verified = RegistrationVerifier::verify(response, registration.expected);
    check_told(explained.verdict, verified.value().value().checks);
  }

  TEST_CASE("an accepted assertion as well") {
    const MadeAssertion assertion;
    const auto explained =
        AssertionVerifier::explain(assertion.response(), assertion.expected, assertion.stored);
    REQUIRE(explained.assertion);
    CHECK(explained.verdict.outcome == VerdictOutcome::kPassed);
    check_told(explained.verdict, explained.assertion->checks());
    CHECK(evidence(step(explained.verdict, "sign_count"), "received") == "8");
  }

  TEST_CASE("a refusal stands where it happened and above; what comes after was not reached") {
    MadeRegistration registration;
    registration.data.flags &= ~static_cast<unsigned>(kUp);
    const auto verdict = explain(registration);
    CHECK(verdict.refusal->code == Code::kUserNotPresent);
    CHECK(verdict.parts[0].outcome == VerdictOutcome::kPassed);
    CHECK(verdict.parts[1].refusal->code == Code::kUserNotPresent);
    CHECK(verdict.parts[2].outcome == VerdictOutcome::kNotReached);
    auto expected = VerdictOutcome::kPassed;
    for (const auto* node : steps_of(verdict)) {
      if (node->name == "user_present") {
        CHECK(node->outcome == VerdictOutcome::kFailed);
        expected = VerdictOutcome::kNotReached;
      } else if (node->outcome != VerdictOutcome::kNotAsked) {
        CAPTURE(node->name);
        CHECK(node->outcome == expected);
      }
    }
  }

  TEST_CASE("a refused assertion is told the same way") {
    MadeAssertion assertion;
    assertion.client.origin = "https://example.com";
    const auto explained =
        AssertionVerifier::explain(assertion.response(), assertion.expected, assertion.stored);
    CHECK(explained.assertion.error().code == Code::kOriginNotAllowed);
    const auto& origin = step(explained.verdict, "origin");
    CHECK(origin.refusal == explained.assertion.error());
    CHECK(evidence(origin, "received") == "https://example.com");
    CHECK(evidence(origin, "expected") == "https://example.org");
    CHECK(step(explained.verdict, "signature").outcome == VerdictOutcome::kNotReached);
  }

  TEST_CASE("the evidence of attestation is its certificates and the root they lead to") {
    const auto root = self_signed(CertificateShape::authority("Root"));
    const auto leaf = issue({}, root);
    const auto trust =
        firstkey::core::webauthn::TrustStore::create(std::vector<Bytes>{root.der}).value();
    MadeRegistration registration;
    registration.attest_with(leaf);
    registration.expected.trust_store = &trust;
    const auto verdict = explain(registration);
    const auto& certificates = step(verdict, "attestation_certificate").parts;
    REQUIRE(certificates.size() == 1);
    CHECK(evidence(certificates[0], "issuer") == "CN=Root");
    CHECK(evidence(certificates[0], "notAfter") == "2040-01-01T00:00:00Z");
    CHECK(evidence(step(verdict, "trust"), "root") == "CN=Root");
  }

  TEST_CASE("certificates are shown also when they are what was refused") {
    const auto leaf = self_signed({.subject = {{"CN", "No maker"}}});
    MadeRegistration registration;
    registration.attest_with(leaf);
    const auto verdict = explain(registration);
    const auto& certificate = step(verdict, "attestation_certificate");
    CHECK(certificate.refusal->code == Code::kCertificateProfileViolated);
    REQUIRE(certificate.parts.size() == 1);
    CHECK(evidence(certificate.parts[0], "subject") == "CN=No maker");
  }

  TEST_CASE("no verdict tells the challenge") {
    MadeRegistration registration;
    registration.expected.ceremony.challenge.back() ^= 1U;
    const auto refused = explain(registration);
    CHECK(refused.refusal->code == Code::kChallengeMismatch);
    const MadeRegistration good;
    for (const auto& verdict : {refused, explain(good)}) {
      const auto text = to_text(verdict) + boost::json::serialize(verdict_json(verdict));
      for (const auto& secret :
           {registration.client.challenge, registration.expected.ceremony.challenge}) {
        CHECK_FALSE(text.contains(to_base64url(secret)));
        CHECK_FALSE(text.contains(to_hex(secret)));
      }
    }
  }

  TEST_CASE("what a client says takes one line of the text, and not too long a one") {
    MadeRegistration registration;
    registration.client.origin = "https://a\nb" + std::string(1000, 'c');
    const auto text = to_text(explain(registration));
    CHECK(text.contains("https://a\\x0ab"));
    std::size_t longest = 0;
    for (auto at = text.begin(); at != text.end();) {
      const auto end = std::find(at, text.end(), '\n');
      longest = std::max(longest, static_cast<std::size_t>(end - at));
      at = end + 1;
    }
    CHECK(longest < 400);
  }

  TEST_CASE("a quotation is cut between characters") {
    MadeRegistration registration;
    registration.client.origin = "ab" + std::string(120, 'x');
    for (int i = 0; i < 100; ++i) registration.client.origin += "\u20ac";
    const auto received = evidence(step(explain(registration), "origin"), "received");
    CHECK(received.ends_with("\u20ac\u2026"));
  }

  TEST_CASE("the JSON of a refusal has code and detail, and no step is left out") {
    MadeRegistration registration;
    registration.statement = [](BytesView) { return packed_statement(-7, Bytes{1}, {}); };
    const auto verdict = explain(registration);
    const auto json = verdict_json(verdict);
    CHECK(json.at("step") == "registration");
    CHECK(json.at("outcome") == "failed");
    CHECK(json.at("code") == "attestation_signature_invalid");
    CHECK(json.at("steps").as_array().size() == verdict.parts.size());
    CHECK(json.at("steps")
              .as_array()[0]
              .at("steps")
              .as_array()[0]
              .at("evidence")
              .as_object()
              .size() == 2);
    CHECK_FALSE(json.at("steps").as_array()[0].as_object().contains("code"));
  }
}
