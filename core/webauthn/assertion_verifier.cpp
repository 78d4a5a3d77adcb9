// WebAuthn Level 3 §7.2, "Verifying an Authentication Assertion", Working Draft of 2025-01-27: one
// named check a step, in the standard's order. Steps 1 to 4 are the station's; of step 23 nothing
// is asked, for no extension is; storing the new counter (step 24) is the caller's transaction's.

#include "core/webauthn/assertion_verifier.h"

#include <algorithm>
#include <array>

#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/shared_evidence.h"
#include "core/webauthn/shared_steps.h"
#include "core/webauthn/signature.h"
#include "core/webauthn/steps.h"

namespace firstkey::core::webauthn {

namespace {

/// What the steps find out, each for the steps below it and for the evidence of the verdict.
struct AssertionFacts {
  const AuthenticationResponse& response;
  const AssertionExpectations& expected;
  const StoredCredential& stored;
  ClientData client;
  AuthenticatorData data;
};

void describe_credential_allowed(const AssertionFacts& facts, VerdictNode& node) {
  node.add("received", to_base64url(facts.response.id));
  node.add("listed", std::to_string(facts.expected.allow_credentials.size()));
}
void describe_owner(const AssertionFacts& facts, VerdictNode& node) {
  node.add("isNamed", yes_or_no(facts.response.user_handle.has_value()));
  node.add("isKnownBefore", yes_or_no(facts.expected.user_handle.has_value()));
}
void describe_authenticator_data(const AssertionFacts& facts, VerdictNode& node) {
  node.add("size", in_bytes(facts.response.authenticator_data.size()));
}
void describe_signature(const AssertionFacts& facts, VerdictNode& node) {
  node.add("size", in_bytes(facts.response.signature.size()));
}
void describe_sign_count(const AssertionFacts& facts, VerdictNode& node) {
  node.add("received", std::to_string(facts.data.sign_count));
  node.add("stored", std::to_string(facts.stored.sign_count));
}

class Assertion {
 public:
  Assertion(const AuthenticationResponse& response,
            const AssertionExpectations& expected,
            const StoredCredential& stored)
      : facts_{.response = response, .expected = expected, .stored = stored} {}

  Result<CheckOutcome> credential_allowed() {
    // Not the standard's, but everything below rests on it: the caller looked up the right record.
    if (facts_.response.id != facts_.stored.id)
      return fail(Code::kCredentialNotAllowed, "another credential");
    if (facts_.expected.allow_credentials.empty()) return CheckOutcome::kNotAsked;
    if (std::ranges::find(facts_.expected.allow_credentials, facts_.response.id) ==
        facts_.expected.allow_credentials.end()) {
      return fail(Code::kCredentialNotAllowed, "not one the options listed");
    }
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> owner() {
    if (facts_.expected.user_handle && facts_.expected.user_handle != facts_.stored.user_handle) {
      return fail(Code::kUserHandleMismatch, "the credential is another user's");
    }
    if (facts_.response.user_handle && facts_.response.user_handle != facts_.stored.user_handle) {
      return fail(Code::kUserHandleMismatch, "the response names another user");
    }
    if (!facts_.expected.user_handle && !facts_.response.user_handle)
      return fail(Code::kUserHandleMissing);
    return CheckOutcome::kPassed;
  }

  Result<CheckOutcome> client_data() {
    auto parsed = parse_client_data(facts_.response.client_data_json);
    if (!parsed) return std::unexpected(parsed.error());
    facts_.client = std::move(parsed.value());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> type() { return check_type(facts_.client, kTypeGet); }
  Result<CheckOutcome> challenge() {
    return check_challenge(facts_.client, facts_.expected.ceremony);
  }
  Result<CheckOutcome> origin() { return check_origin(facts_.client, facts_.expected.ceremony); }
  Result<CheckOutcome> cross_origin() {
    return check_cross_origin(facts_.client, facts_.expected.ceremony);
  }
  Result<CheckOutcome> top_origin() {
    return check_top_origin(facts_.client, facts_.expected.ceremony);
  }

  Result<CheckOutcome> authenticator_data() {
    const auto parsed = AuthenticatorData::parse(facts_.response.authenticator_data);
    if (!parsed) return std::unexpected(parsed.error());
    facts_.data = parsed.value();
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> rp_id_hash() {
    return check_rp_id_hash(facts_.data, facts_.expected.ceremony);
  }
  Result<CheckOutcome> user_present() { return check_user_present(facts_.data); }
  Result<CheckOutcome> user_verified() {
    return check_user_verified(facts_.data, facts_.expected.ceremony);
  }
  Result<CheckOutcome> backup_state() { return check_backup_state(facts_.data); }
  Result<CheckOutcome> backup_eligibility() {
    if (facts_.data.is_backup_eligible != facts_.stored.is_backup_eligible) {
      return fail(Code::kBackupEligibilityChanged);
    }
    return check_backup_eligibility(facts_.data, facts_.expected.ceremony);
  }

  Result<CheckOutcome> signature() {
    const auto key = CoseKey::parse(facts_.stored.public_key);
    if (!key) return std::unexpected(key.error());
    Bytes message = facts_.response.authenticator_data;
    const auto hash = sha256(facts_.response.client_data_json);
    message.insert(message.end(), hash.begin(), hash.end());
    const auto loaded = key->load();
    if (!loaded ||
        !is_signed_by(loaded.get(), key->algorithm(), message, facts_.response.signature)) {
      return fail(Code::kSignatureInvalid);
    }
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> sign_count() {
    if (facts_.data.sign_count == 0 && facts_.stored.sign_count == 0)
      return CheckOutcome::kNotAsked;
    if (facts_.data.sign_count <= facts_.stored.sign_count) {
      return fail(Code::kSignCountNotIncreased, "the key may have been cloned");
    }
    return CheckOutcome::kPassed;
  }

  [[nodiscard]] const AssertionFacts& facts() const { return facts_; }

 private:
  AssertionFacts facts_;
};

constexpr std::string_view kCredential = "credential";
constexpr std::string_view kClientData = "client_data";
constexpr std::string_view kAuthenticatorData = "authenticator_data";
constexpr std::string_view kSignature = "signature";

using Facts = AssertionFacts;
constexpr auto kSteps = std::to_array<Step<Assertion, Facts>>({
    {kCredential,
     "credential_allowed",
     "WebAuthn L3 §7.2 step 5",
     &Assertion::credential_allowed,
     describe_credential_allowed},
    {kCredential, "owner", "WebAuthn L3 §7.2 step 6", &Assertion::owner, describe_owner},
    {kClientData,
     "client_data",
     "WebAuthn L3 §7.2 steps 8, 9",
     &Assertion::client_data,
     describe_client_data<Facts>},
    {kClientData, "type", "WebAuthn L3 §7.2 step 10", &Assertion::type, describe_type<Facts>},
    {kClientData,
     "challenge",
     "WebAuthn L3 §7.2 step 11",
     &Assertion::challenge,
     describe_challenge<Facts>},
    {kClientData, "origin", "WebAuthn L3 §7.2 step 12", &Assertion::origin, describe_origin<Facts>},
    {kClientData,
     "cross_origin",
     "WebAuthn L3 §7.2 step 13",
     &Assertion::cross_origin,
     describe_cross_origin<Facts>},
    {kClientData,
     "top_origin",
     "WebAuthn L3 §7.2 step 14",
     &Assertion::top_origin,
     describe_top_origin<Facts>},
    {kAuthenticatorData,
     "authenticator_data",
     "WebAuthn L3 §6.1",
     &Assertion::authenticator_data,
     describe_authenticator_data},
    {kAuthenticatorData,
     "rp_id_hash",
     "WebAuthn L3 §7.2 step 15",
     &Assertion::rp_id_hash,
     describe_rp_id_hash<Facts>},
    {kAuthenticatorData,
     "user_present",
     "WebAuthn L3 §7.2 step 16",
     &Assertion::user_present,
     describe_user_present<Facts>},
    {kAuthenticatorData,
     "user_verified",
     "WebAuthn L3 §7.2 step 17",
     &Assertion::user_verified,
     describe_user_verified<Facts>},
    {kAuthenticatorData,
     "backup_state",
     "WebAuthn L3 §7.2 step 18",
     &Assertion::backup_state,
     describe_backup<Facts>},
    {kAuthenticatorData,
     "backup_eligibility",
     "WebAuthn L3 §7.2 step 19",
     &Assertion::backup_eligibility,
     describe_backup<Facts>},
    {kSignature,
     "signature",
     "WebAuthn L3 §7.2 steps 20, 21",
     &Assertion::signature,
     describe_signature},
    {kSignature,
     "sign_count",
     "WebAuthn L3 §7.2 step 22",
     &Assertion::sign_count,
     describe_sign_count},
});

}  // namespace

VerifiedAssertion AssertionVerifier::proof(const AuthenticationResponse& response,
                                           const AuthenticatorData& data,
                                           std::vector<Check> checks) {
  VerifiedAssertion verified;
  verified.credential_id_ = response.id;
  verified.sign_count_ = data.sign_count;
  verified.is_backed_up_ = data.is_backed_up;
  verified.is_user_verified_ = data.is_user_verified;
  verified.checks_ = std::move(checks);
  return verified;
}

Result<VerifiedAssertion> AssertionVerifier::verify(const AuthenticationResponse& response,
                                                    const AssertionExpectations& expectations,
                                                    const StoredCredential& credential) {
  Assertion assertion(response, expectations, credential);
  std::vector<Check> checks;
  if (auto passed = run_steps(kSteps, assertion, checks); !passed) {
    return std::unexpected(std::move(passed.error()));
  }
  return proof(response, assertion.facts().data, std::move(checks));
}

ExplainedAssertion AssertionVerifier::explain(const AuthenticationResponse& response,
                                              const AssertionExpectations& expectations,
                                              const StoredCredential& credential) {
  Assertion assertion(response, expectations, credential);
  std::vector<Check> checks;
  auto verdict = unreached(kSteps, "assertion", "WebAuthn L3 §7.2");
  if (auto passed = explain_steps(kSteps, assertion, checks, verdict); !passed) {
    return {.assertion = std::unexpected(std::move(passed.error())), .verdict = std::move(verdict)};
  }
  return {.assertion = proof(response, assertion.facts().data, std::move(checks)),
          .verdict = std::move(verdict)};
}

}  // namespace firstkey::core::webauthn
