#include "core/webauthn/examination.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "core/webauthn/batch_line.h"
#include "core/webauthn/json.h"
#include "tests/support/made_ceremony.h"

using firstkey::core::AttestationLevel;
using firstkey::core::Bytes;
using firstkey::core::webauthn::answer_line;
using firstkey::core::webauthn::AttestationRule;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::CreationOptions;
using firstkey::core::webauthn::ExaminationTerms;
using firstkey::core::webauthn::examine;
using firstkey::core::webauthn::kMaxBatchLine;
using firstkey::core::webauthn::to_json;
using firstkey::core::webauthn::TrustStore;
using firstkey::core::webauthn::UserVerificationRequirement;
using firstkey::core::webauthn::VerdictOutcome;
using firstkey::tests::CertificateShape;
using firstkey::tests::issue;
using firstkey::tests::kBe;
using firstkey::tests::kUv;
using firstkey::tests::MadeRegistration;
using firstkey::tests::self_signed;
namespace json = boost::json;

namespace {

/// A registration with the options it answers.
struct Case {
  MadeRegistration registration;
  CreationOptions options;
  ExaminationTerms terms;

  Case() {
    options.rp = {.id = "example.org", .name = "Example"};
    options.user = {.id = {1, 2, 3}, .name = "lee", .display_name = "Lee"};
    options.challenge = registration.expected.ceremony.challenge;
    options.algorithms = registration.expected.algorithms;
    terms.now = registration.expected.now;
  }
  [[nodiscard]] auto examined() const {
    return examine(to_json(options), to_json(registration.response()), terms);
  }
  [[nodiscard]] std::optional<Code> refusal() const {
    const auto explained = examined();
    if (explained.credential) return std::nullopt;
    return explained.credential.error().code;
  }
  [[nodiscard]] std::string line(const std::string& id) const {
    return R"({"id":)" + id + R"(,"options":)" + to_json(options) + R"(,"response":)" +
           to_json(registration.response()) + "}";
  }
};

json::object answer(const std::string& line, const ExaminationTerms& terms = Case().terms) {
  const auto answered = answer_line(line, 7, terms);
  CHECK_FALSE(answered.json.contains('\n'));
  auto object = json::parse(answered.json).as_object();
  CHECK(answered.is_accepted == (object.at("verdict") == "accept"));
  return object;
}

}  // namespace

TEST_SUITE("core/webauthn/examination") {
  TEST_CASE("a registration that answers its options is accepted, from the two texts") {
    const Case given;
    const auto explained = given.examined();
    REQUIRE(explained.credential);
    CHECK(explained.verdict.outcome == VerdictOutcome::kPassed);
    CHECK(explained.verdict.parts.front().name == "documents");
    for (const auto& part : explained.verdict.parts) CHECK(part.outcome == VerdictOutcome::kPassed);
  }

  TEST_CASE("the options say what is expected: challenge, algorithms, user verification") {
    Case challenged;
    challenged.options.challenge.back() ^= 1U;
    CHECK(challenged.refusal() == Code::kChallengeMismatch);
    Case algorithms;
    algorithms.options.algorithms = {firstkey::core::webauthn::Algorithm::kRs256};
    CHECK(algorithms.refusal() == Code::kAlgorithmNotAllowed);
    Case verified;
    verified.registration.data.flags &= ~static_cast<unsigned>(kUv);
    CHECK_FALSE(verified.refusal());
    verified.options.user_verification = UserVerificationRequirement::kRequired;
    CHECK(verified.refusal() == Code::kUserNotVerified);
  }

  TEST_CASE("the terms say whose registrations these are, and the options have to agree") {
    Case given;
    given.terms.rp_id = "example.org";
    CHECK_FALSE(given.refusal());
    given.terms.rp_id = "example.com";
    CHECK(given.refusal() == Code::kRpIdMismatch);
    given.options.rp.id = "example.com";
    CHECK(given.refusal() == Code::kOriginNotAllowed);
    given.terms.origins = {"https://example.com", "https://example.org"};
    CHECK(given.refusal() == Code::kRpIdMismatch);
  }

  TEST_CASE("a key that may be copied is taken: options cannot forbid it") {
    Case given;
    given.registration.data.flags |= kBe;
    CHECK_FALSE(given.refusal());
  }

  TEST_CASE("attestation is required where the terms say so, and leads to their roots") {
    const auto root = self_signed(CertificateShape::authority("Root"));
    const auto leaf = issue({}, root);
    const auto trust = TrustStore::create(std::vector<Bytes>{root.der}).value();
    Case given;
    given.registration.attest_with(leaf);
    CHECK_FALSE(given.refusal());
    given.terms.attestation = AttestationRule::kEnforced;
    CHECK(given.refusal() == Code::kAttestationNotTrusted);
    given.terms.trust_store = &trust;
    CHECK(given.examined().credential->value().attestation.level == AttestationLevel::kAttested);
  }

  TEST_CASE("a text that does not read is refused where it stands, and no step is reached") {
    const Case given;
    for (const bool is_options : {true, false}) {
      CAPTURE(is_options);
      const auto explained = examine(is_options ? "{" : to_json(given.options), "{", given.terms);
      CHECK(explained.credential.error().code == Code::kJsonMalformed);
      const auto& documents = explained.verdict.parts.front();
      CHECK(documents.parts[is_options ? 0 : 1].outcome == VerdictOutcome::kFailed);
      CHECK(documents.parts[1].outcome ==
            (is_options ? VerdictOutcome::kNotReached : VerdictOutcome::kFailed));
      CHECK(explained.verdict.parts[1].outcome == VerdictOutcome::kNotReached);
    }
  }

  TEST_CASE("a line is answered with its id, the verdict, the code and the attestation") {
    const Case given;
    const auto accepted = answer(given.line(R"("a 1")"));
    CHECK(accepted.size() == 4);
    CHECK(accepted.at("id") == "a 1");
    CHECK(accepted.at("code").is_null());
    CHECK(accepted.at("attestation").at("type") == "self");
    Case refused;
    refused.registration.client.origin = "https://example.com";
    const auto told = answer(refused.line("17"));
    CHECK(told.size() == 4);
    CHECK(told.at("id") == 17);
    CHECK(told.at("verdict") == "refuse");
    CHECK(told.at("code") == "origin_not_allowed");
    CHECK(told.at("attestation").is_null());
  }

  TEST_CASE("a broken line is an answer, told by its number when it has no id") {
    struct Row {
      std::string line;
      const char* code;
    };
    const auto whole = Case().line("[1]");
    for (const auto& row : {Row{"", "json_malformed"},
                            Row{"{", "json_malformed"},
                            Row{"[]", "json_member_invalid"},
                            Row{"{}", "json_member_missing"},
                            Row{"{\"id\":null}", "json_member_missing"},
                            Row{whole.substr(0, whole.size() / 2), "json_malformed"},
                            Row{std::string(kMaxBatchLine + 1, ' '), "json_too_large"},
                            Row{R"({"options":{},"options":{}})", "json_duplicate_member"}}) {
      CAPTURE(row.line.substr(0, 40));
      const auto told = answer(row.line);
      CHECK(told.at("id").is_null());
      CHECK(told.at("line") == 7);
      CHECK(told.at("code") == row.code);
    }
    CHECK(answer(whole).at("verdict") == "accept");
  }

  TEST_CASE("a line that is broken inside keeps its id") {
    for (const char* line : {R"({"id":"x"})",
                             R"({"id":"x","options":1})",
                             R"({"id":"x","options":{},"response":{}})"}) {
      const auto told = answer(line);
      CHECK(told.at("id") == "x");
      CHECK_FALSE(told.contains("line"));
      CHECK(told.at("verdict") == "refuse");
    }
  }
}
