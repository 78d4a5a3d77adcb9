// WebAuthn Level 3 §7.2, "Verifying an Authentication Assertion", Working Draft of 2025-01-27: one
// named check a step, in the standard's order. Steps 1 to 4 are the station's; of step 23 nothing
// is asked, for no extension is; storing the new counter (step 24) is the caller's transaction's.

#include "core/webauthn/assertion_verifier.h"

#include <algorithm>
#include <array>

#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/shared_steps.h"
#include "core/webauthn/signature.h"

namespace firstkey::core::webauthn {

namespace {

class Assertion {
 public:
  Assertion(const AuthenticationResponse& response,
            const AssertionExpectations& expected,
            const StoredCredential& stored)
      : response_(response), expected_(expected), stored_(stored) {}

  Result<CheckOutcome> credential_allowed() {
    // Not the standard's, but everything below rests on it: the caller looked up the right record.
    if (response_.id != stored_.id) return fail(Code::kCredentialNotAllowed, "another credential");
    if (expected_.allow_credentials.empty()) return CheckOutcome::kNotAsked;
    if (std::ranges::find(expected_.allow_credentials, response_.id) ==
        expected_.allow_credentials.end()) {
      return fail(Code::kCredentialNotAllowed, "not one the options listed");
    }
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> owner() {
    if (expected_.user_handle && expected_.user_handle != stored_.user_handle) {
      return fail(Code::kUserHandleMismatch, "the credential is another user's");
    }
    if (response_.user_handle && response_.user_handle != stored_.user_handle) {
      return fail(Code::kUserHandleMismatch, "the response names another user");
    }
    if (!expected_.user_handle && !response_.user_handle) return fail(Code::kUserHandleMissing);
    return CheckOutcome::kPassed;
  }

  Result<CheckOutcome> client_data() {
    auto parsed = parse_client_data(response_.client_data_json);
    if (!parsed) return std::unexpected(parsed.error());
    client_ = std::move(parsed.value());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> type() { return check_type(client_, kTypeGet); }
  Result<CheckOutcome> challenge() { return check_challenge(client_, expected_.ceremony); }
  Result<CheckOutcome> origin() { return check_origin(client_, expected_.ceremony); }
  Result<CheckOutcome> cross_origin() { return check_cross_origin(client_, expected_.ceremony); }
  Result<CheckOutcome> top_origin() { return check_top_origin(client_, expected_.ceremony); }

  Result<CheckOutcome> authenticator_data() {
    const auto parsed = AuthenticatorData::parse(response_.authenticator_data);
    if (!parsed) return std::unexpected(parsed.error());
    data_ = parsed.value();
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> rp_id_hash() { return check_rp_id_hash(data_, expected_.ceremony); }
  Result<CheckOutcome> user_present() { return check_user_present(data_); }
  Result<CheckOutcome> user_verified() { return check_user_verified(data_, expected_.ceremony); }
  Result<CheckOutcome> backup_state() { return check_backup_state(data_); }
  Result<CheckOutcome> backup_eligibility() {
    if (data_.is_backup_eligible != stored_.is_backup_eligible) {
      return fail(Code::kBackupEligibilityChanged);
    }
    return check_backup_eligibility(data_, expected_.ceremony);
  }

  Result<CheckOutcome> signature() {
    const auto key = CoseKey::parse(stored_.public_key);
    if (!key) return std::unexpected(key.error());
    Bytes message = response_.authenticator_data;
    const auto hash = sha256(response_.client_data_json);
    message.insert(message.end(), hash.begin(), hash.end());
    if (!is_signed_by(key->key(), key->algorithm(), message, response_.signature)) {
      return fail(Code::kSignatureInvalid);
    }
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> sign_count() {
    if (data_.sign_count == 0 && stored_.sign_count == 0) return CheckOutcome::kNotAsked;
    if (data_.sign_count <= stored_.sign_count) {
      return fail(Code::kSignCountNotIncreased, "the key may have been cloned");
    }
    return CheckOutcome::kPassed;
  }

  [[nodiscard]] const AuthenticatorData& data() const { return data_; }

 private:
  const AuthenticationResponse& response_;
  const AssertionExpectations& expected_;
  const StoredCredential& stored_;
  ClientData client_;
  AuthenticatorData data_;
};

struct Step {
  std::string_view name;
  std::string_view source;
  Result<CheckOutcome> (Assertion::*run)();
};

constexpr auto kSteps = std::to_array<Step>({
    {"credential_allowed", "WebAuthn L3 §7.2 step 5", &Assertion::credential_allowed},
    {"owner", "WebAuthn L3 §7.2 step 6", &Assertion::owner},
    {"client_data", "WebAuthn L3 §7.2 steps 8, 9", &Assertion::client_data},
    {"type", "WebAuthn L3 §7.2 step 10", &Assertion::type},
    {"challenge", "WebAuthn L3 §7.2 step 11", &Assertion::challenge},
    {"origin", "WebAuthn L3 §7.2 step 12", &Assertion::origin},
    {"cross_origin", "WebAuthn L3 §7.2 step 13", &Assertion::cross_origin},
    {"top_origin", "WebAuthn L3 §7.2 step 14", &Assertion::top_origin},
    {"authenticator_data", "WebAuthn L3 §6.1", &Assertion::authenticator_data},
    {"rp_id_hash", "WebAuthn L3 §7.2 step 15", &Assertion::rp_id_hash},
    {"user_present", "WebAuthn L3 §7.2 step 16", &Assertion::user_present},
    {"user_verified", "WebAuthn L3 §7.2 step 17", &Assertion::user_verified},
    {"backup_state", "WebAuthn L3 §7.2 step 18", &Assertion::backup_state},
    {"backup_eligibility", "WebAuthn L3 §7.2 step 19", &Assertion::backup_eligibility},
    {"signature", "WebAuthn L3 §7.2 steps 20, 21", &Assertion::signature},
    {"sign_count", "WebAuthn L3 §7.2 step 22", &Assertion::sign_count},
});

}  // namespace

Result<VerifiedAssertion> AssertionVerifier::verify(const AuthenticationResponse& response,
                                                    const AssertionExpectations& expectations,
                                                    const StoredCredential& credential) {
  Assertion assertion(response, expectations, credential);
  VerifiedAssertion verified;
  verified.checks_.reserve(kSteps.size());
  for (const auto& step : kSteps) {
    const auto outcome = (assertion.*step.run)();
    if (!outcome) return std::unexpected(outcome.error());
    verified.checks_.push_back(
        {.name = step.name, .source = step.source, .outcome = outcome.value()});
  }
  verified.credential_id_ = response.id;
  verified.sign_count_ = assertion.data().sign_count;
  verified.is_backed_up_ = assertion.data().is_backed_up;
  verified.is_user_verified_ = assertion.data().is_user_verified;
  return verified;
}

}  // namespace firstkey::core::webauthn
