#include "core/webauthn/examination.h"

#include <utility>

#include "core/webauthn/json.h"

namespace firstkey::core::webauthn {

namespace {

Result<RegistrationExpectations> read_expectations(std::string_view options,
                                                   const ExaminationTerms& terms) {
  const auto parsed = parse_creation_options(options);
  if (!parsed) return std::unexpected(parsed.error());
  return expectations_of(parsed.value(), terms);
}

/// Writes what came of reading a document into its node and that of the part it stands in.
template <class Document>
void tell(const Result<Document>& document, VerdictNode& node, VerdictNode& part) {
  node.outcome = VerdictOutcome::kPassed;
  part.outcome = VerdictOutcome::kPassed;
  if (document) return;
  node.fail_with(document.error());
  part.fail_with(document.error());
}

}  // namespace

Result<RegistrationExpectations> expectations_of(const CreationOptions& options,
                                                 const ExaminationTerms& terms) {
  const auto& rp_id = terms.rp_id.empty() ? options.rp.id : terms.rp_id;
  if (options.rp.id != rp_id) {
    return fail(Code::kRpIdMismatch, "the options are for " + options.rp.id);
  }
  RegistrationExpectations expected;
  expected.ceremony.challenge = options.challenge;
  expected.ceremony.rp_id = rp_id;
  expected.ceremony.origins =
      terms.origins.empty() ? std::vector{"https://" + rp_id} : terms.origins;
  expected.ceremony.user_verification =
      options.user_verification == UserVerificationRequirement::kRequired
          ? UserVerificationRule::kRequired
          : UserVerificationRule::kNotRequired;
  expected.ceremony.backup = BackupRule::kBackupEligibleAllowed;
  expected.algorithms = options.algorithms;
  expected.attestation = terms.attestation;
  expected.trust_store = terms.trust_store;
  expected.metadata = terms.metadata;
  expected.now = terms.now;
  return expected;
}

ExplainedRegistration examine(std::string_view options,
                              std::string_view response,
                              const ExaminationTerms& terms) {
  VerdictNode documents{.name = "documents", .source = "WebAuthn L3 §5.1"};
  documents.parts = {{.name = "options", .source = "WebAuthn L3 §5.1.9, §5.4"},
                     {.name = "response", .source = "WebAuthn L3 §5.1"}};
  const auto expected = read_expectations(options, terms);
  tell(expected, documents.parts[0], documents);
  auto answered = expected ? parse_registration_response(response)
                           : Result<RegistrationResponse>(std::unexpected(expected.error()));
  if (expected) tell(answered, documents.parts[1], documents);

  auto explained = answered ? RegistrationVerifier::explain(answered.value(), expected.value())
                            : RegistrationVerifier::refused_before(answered.error());
  explained.verdict.parts.insert(explained.verdict.parts.begin(), std::move(documents));
  return explained;
}

}  // namespace firstkey::core::webauthn
