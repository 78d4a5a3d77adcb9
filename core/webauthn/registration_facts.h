#pragma once
// What the steps of a registration find out, each for the steps below it and for the evidence of
// the verdict. Views point into the response.

#include <optional>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/registration_verifier.h"
#include "core/webauthn/statement.h"

namespace firstkey::core::webauthn {

struct RegistrationFacts {
  const RegistrationResponse& response;
  const RegistrationExpectations& expected;
  ClientData client;
  AttestationObject object;
  AuthenticatorData data;
  std::optional<CoseKey> key;
  StatementFormat format = StatementFormat::kNone;
  Statement statement;
  Algorithm statement_algorithm = Algorithm::kEs256;  ///< of its signature, if it has one
  const MetadataEntry* entry = nullptr;  ///< the model's; null while nothing is known of it
  Attestation attestation;
  RegistrationExtensions extensions;
};

}  // namespace firstkey::core::webauthn
