#pragma once
// Expectations that agree with whatever a response claims, so that its verification goes as deep as
// its signatures let it.

#include "core/webauthn/client_data.h"
#include "core/webauthn/registration_verifier.h"
#include "tests/fuzz/demand.h"

namespace firstkey::tests {

inline core::webauthn::CeremonyExpectations agreeing_with(core::BytesView client_data_json) {
  const auto client = core::webauthn::parse_client_data(client_data_json);
  core::webauthn::CeremonyExpectations expected;
  expected.rp_id = "example.org";
  expected.user_verification = core::webauthn::UserVerificationRule::kNotRequired;
  expected.backup = core::webauthn::BackupRule::kBackupEligibleAllowed;
  expected.cross_origin = core::webauthn::CrossOriginRule::kAllowed;
  if (client) {
    expected.challenge = client->challenge;
    expected.origins = {client->origin};
    if (client->top_origin) expected.top_origins = {client->top_origin.value()};
  }
  return expected;
}

inline void verify(const core::webauthn::RegistrationResponse& response) {
  using core::webauthn::Algorithm;
  core::webauthn::RegistrationExpectations expected;
  expected.ceremony = agreeing_with(response.client_data_json);
  expected.algorithms = {Algorithm::kEs256,
                         Algorithm::kEddsa,
                         Algorithm::kEs384,
                         Algorithm::kEs512,
                         Algorithm::kEd448,
                         Algorithm::kRs256};
  expected.now = core::from_rfc3339("2026-05-01T12:00:00Z").value();
  const auto verified = core::webauthn::RegistrationVerifier::verify(response, expected);
  const auto explained = core::webauthn::RegistrationVerifier::explain(response, expected);
  demand(
      verified ? explained.credential.has_value() : explained.verdict.refusal == verified.error(),
      "a verdict is explained as it was found");
  demand(!core::webauthn::to_text(explained.verdict).empty(), "and can be told");
  if (!verified) return;
  const auto& credential = verified->value();
  demand(credential.id == response.id, "the credential is the response's");
  demand(credential.attestation.level == core::AttestationLevel::kNotAttested,
         "nothing is attested without a trusted root");
  expected.attestation = core::webauthn::AttestationRule::kEnforced;
  demand(!core::webauthn::RegistrationVerifier::verify(response, expected),
         "nothing passes where a root is needed and none is trusted");
}

}  // namespace firstkey::tests
