#pragma once
// Registrations of any relying party judged after the fact, from the JSON a ceremony left behind:
// the creation options it began with and the response it ended with. For audits and migrations; an
// enrollment takes its terms from policy and the store instead (core/ceremony_terms.h).

#include <string>
#include <string_view>
#include <vector>

#include "core/webauthn/options.h"
#include "core/webauthn/registration_verifier.h"

namespace firstkey::core::webauthn {

/// What a registration is held to beyond its options, which say challenge, algorithms and user
/// verification. Nothing here is about one registration.
struct ExaminationTerms {
  std::string rp_id;                 ///< empty: the one the options name
  std::vector<std::string> origins;  ///< empty: https:// and the RP ID
  AttestationRule attestation = AttestationRule::kNotEnforced;
  const TrustStore* trust_store = nullptr;    ///< outlives the examination
  const MetadataService* metadata = nullptr;  ///< likewise; judged by the rules' defaults
  Instant now;
};

/// What `options` and `terms` ask for together. Backup-eligible credentials are taken, for options
/// cannot forbid them; frames of other origins are not.
/// Errors: kRpIdMismatch when the options are another relying party's than the terms say.
[[nodiscard]] Result<RegistrationExpectations> expectations_of(const CreationOptions& options,
                                                               const ExaminationTerms& terms);

/// Reads both texts and verifies. The verdict has two more steps, "options" and "response", in a
/// part of their own before the rest.
/// Errors: those of the parsers, of expectations_of() and of RegistrationVerifier.
[[nodiscard]] ExplainedRegistration examine(std::string_view options,
                                            std::string_view response,
                                            const ExaminationTerms& terms);

}  // namespace firstkey::core::webauthn
