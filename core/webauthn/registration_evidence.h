#pragma once
// Evidence for the steps that only registrations have.

#include "core/webauthn/registration_facts.h"
#include "core/webauthn/verdict.h"

namespace firstkey::core::webauthn {

void describe_attestation_object(const RegistrationFacts& facts, VerdictNode& node);
void describe_algorithm(const RegistrationFacts& facts, VerdictNode& node);
void describe_consistency(const RegistrationFacts& facts, VerdictNode& node);
void describe_format(const RegistrationFacts& facts, VerdictNode& node);
void describe_statement(const RegistrationFacts& facts, VerdictNode& node);
void describe_statement_algorithm(const RegistrationFacts& facts, VerdictNode& node);
void describe_statement_signature(const RegistrationFacts& facts, VerdictNode& node);
/// With a part for each certificate of x5c.
void describe_attestation_certificate(const RegistrationFacts& facts, VerdictNode& node);
void describe_authenticator_status(const RegistrationFacts& facts, VerdictNode& node);
void describe_trust(const RegistrationFacts& facts, VerdictNode& node);
void describe_credential_id_length(const RegistrationFacts& facts, VerdictNode& node);
void describe_extension_outputs(const RegistrationFacts& facts, VerdictNode& node);

}  // namespace firstkey::core::webauthn
