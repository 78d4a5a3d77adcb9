#include "core/webauthn/registration_evidence.h"

#include "core/aaguid.h"
#include "core/webauthn/shared_evidence.h"

namespace firstkey::core::webauthn {

namespace {

std::string_view name_of(StatementSigner signer) {
  switch (signer) {
    case StatementSigner::kNobody:
      return "nobody";
    case StatementSigner::kCredentialKey:
      return "the credential's own key";
    case StatementSigner::kCertificate:
      return "the first certificate of x5c";
  }
  return "";
}

VerdictNode describe(const Certificate& certificate) {
  const auto validity = certificate.validity();
  VerdictNode node{
      .name = "certificate", .source = "RFC 5280 §4.1", .outcome = VerdictOutcome::kPassed};
  node.add("subject", certificate.subject());
  node.add("issuer", certificate.issuer());
  node.add("notBefore", to_rfc3339(validity.not_before));
  node.add("notAfter", to_rfc3339(validity.not_after));
  node.add("sha256", to_hex(sha256(certificate.der())));
  return node;
}

}  // namespace

void describe_attestation_object(const RegistrationFacts& facts, VerdictNode& node) {
  node.add("size", in_bytes(facts.response.attestation_object.size()));
  if (!facts.data.credential) return;
  node.add("aaguid", aaguid_text(facts.data.credential->aaguid));
  node.add("credentialId", to_base64url(facts.data.credential->id));
  node.add("signCount", std::to_string(facts.data.sign_count));
}

void describe_algorithm(const RegistrationFacts& facts, VerdictNode& node) {
  if (facts.key) node.add("received", std::string(to_string(facts.key->algorithm())));
  std::vector<std::string> allowed;
  allowed.reserve(facts.expected.algorithms.size());
  for (const auto algorithm : facts.expected.algorithms) allowed.emplace_back(to_string(algorithm));
  node.add("expected", listed(allowed));
}

void describe_consistency(const RegistrationFacts& facts, VerdictNode& node) {
  std::vector<std::string> repeated{"rawId"};
  if (facts.response.authenticator_data) repeated.emplace_back("authenticatorData");
  if (facts.response.public_key_algorithm) repeated.emplace_back("publicKeyAlgorithm");
  if (facts.response.public_key) repeated.emplace_back("publicKey");
  node.add("repeated", listed(repeated));
}

void describe_format(const RegistrationFacts& facts, VerdictNode& node) {
  node.add("received", quoted(facts.object.format));
}

void describe_statement(const RegistrationFacts& facts, VerdictNode& node) {
  node.add("size", in_bytes(facts.object.statement.size()));
  if (!facts.statement.path().empty()) {
    node.add("certificates", std::to_string(facts.statement.path().size()));
  }
}

void describe_statement_algorithm(const RegistrationFacts& facts, VerdictNode& node) {
  if (facts.statement.signer == StatementSigner::kNobody) return;
  const auto algorithm = algorithm_from_cose(facts.statement.algorithm);
  node.add("received",
           algorithm ? std::string(to_string(algorithm.value()))
                     : "COSE " + std::to_string(facts.statement.algorithm));
}

void describe_statement_signature(const RegistrationFacts& facts, VerdictNode& node) {
  node.add("signer", std::string(name_of(facts.statement.signer)));
}

void describe_attestation_certificate(const RegistrationFacts& facts, VerdictNode& node) {
  for (const auto& certificate : facts.statement.path()) {
    node.parts.push_back(describe(certificate));
  }
}

void describe_authenticator_status(const RegistrationFacts& facts, VerdictNode& node) {
  if (facts.expected.metadata == nullptr) return;
  node.add("metadata", "no. " + std::to_string(facts.expected.metadata->number()));
  if (facts.entry != nullptr) node.add("entry", quoted(facts.entry->description));
}

void describe_trust(const RegistrationFacts& facts, VerdictNode& node) {
  const auto& attestation = facts.attestation;
  node.add("at", to_rfc3339(facts.expected.now));
  if (!attestation.trust_root.empty()) node.add("root", attestation.trust_root);
  if (!attestation.not_trusted_reason.empty()) node.add("reason", attestation.not_trusted_reason);
}

void describe_credential_id_length(const RegistrationFacts& facts, VerdictNode& node) {
  node.add("size", in_bytes(facts.data.credential->id.size()));
}

void describe_extension_outputs(const RegistrationFacts& facts, VerdictNode& node) {
  const auto& outputs = facts.data.extensions;
  if (outputs.credential_protection) {
    node.add("credProtect", std::to_string(outputs.credential_protection.value()));
  }
  if (outputs.hmac_secret) node.add("hmac-secret", yes_or_no(outputs.hmac_secret.value()));
  if (outputs.min_pin_length) {
    node.add("minPinLength", std::to_string(outputs.min_pin_length.value()));
  }
}

}  // namespace firstkey::core::webauthn
