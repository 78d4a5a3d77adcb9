// WebAuthn Level 3 §7.1, "Registering a New Credential", Working Draft of 2025-01-27: one named
// check a step, in the standard's order. Steps 1 to 4 (options, the client's call, the response's
// type) are the station's; step 26 (the id is new for all users) and 29 (store the record) are the
// caller's transaction's. Step 27 (the record) is RegisteredCredential.

#include "core/webauthn/registration_verifier.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/webauthn/registration_evidence.h"
#include "core/webauthn/registration_facts.h"
#include "core/webauthn/shared_evidence.h"
#include "core/webauthn/shared_steps.h"
#include "core/webauthn/signature.h"
#include "core/webauthn/steps.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::size_t kLongestCredentialId = 1023;  // WebAuthn L3 §7.1 step 25

/// The steps. Each may use the facts that the steps above it have found, and nothing else.
class Registration {
 public:
  Registration(const RegistrationResponse& response, const RegistrationExpectations& expected)
      : facts_{.response = response, .expected = expected} {}

  Result<CheckOutcome> client_data() {
    auto parsed = parse_client_data(response().client_data_json);
    if (!parsed) return std::unexpected(parsed.error());
    facts_.client = std::move(parsed.value());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> type() { return check_type(facts_.client, kTypeCreate); }
  Result<CheckOutcome> challenge() { return check_challenge(facts_.client, ceremony()); }
  Result<CheckOutcome> origin() { return check_origin(facts_.client, ceremony()); }
  Result<CheckOutcome> cross_origin() { return check_cross_origin(facts_.client, ceremony()); }
  Result<CheckOutcome> top_origin() { return check_top_origin(facts_.client, ceremony()); }

  Result<CheckOutcome> attestation_object() {
    const auto object = AttestationObject::parse(response().attestation_object);
    if (!object) return std::unexpected(object.error());
    facts_.object = object.value();
    const auto data = AuthenticatorData::parse(facts_.object.authenticator_data);
    if (!data) return std::unexpected(data.error());
    facts_.data = data.value();
    if (!facts_.data.credential) return fail(Code::kCredentialDataMissing);
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> rp_id_hash() { return check_rp_id_hash(facts_.data, ceremony()); }
  Result<CheckOutcome> user_present() { return check_user_present(facts_.data); }
  Result<CheckOutcome> user_verified() { return check_user_verified(facts_.data, ceremony()); }
  Result<CheckOutcome> backup_state() { return check_backup_state(facts_.data); }
  Result<CheckOutcome> backup_eligibility() {
    return check_backup_eligibility(facts_.data, ceremony());
  }

  Result<CheckOutcome> algorithm() {
    auto parsed = CoseKey::parse(credential().public_key);
    if (!parsed) return std::unexpected(parsed.error());
    facts_.key.emplace(std::move(parsed.value()));
    const auto& allowed = facts_.expected.algorithms;
    if (std::ranges::find(allowed, key().algorithm()) == allowed.end()) {
      return fail(Code::kAlgorithmNotAllowed, std::string(to_string(key().algorithm())));
    }
    return CheckOutcome::kPassed;
  }
  /// Ours, after the members it needs are known: what the client repeats must be what the key said.
  Result<CheckOutcome> consistency() {
    if (!std::ranges::equal(response().id, credential().id)) {
      return fail(Code::kResponseInconsistent, "rawId is not the credential's id");
    }
    if (response().authenticator_data && !std::ranges::equal(response().authenticator_data.value(),
                                                             facts_.object.authenticator_data)) {
      return fail(Code::kResponseInconsistent, "authenticatorData is not the attestation object's");
    }
    if (response().public_key_algorithm &&
        response().public_key_algorithm != to_cose(key().algorithm())) {
      return fail(Code::kResponseInconsistent, "publicKeyAlgorithm is not the key's");
    }
    if (response().public_key &&
        !key().has_subject_public_key_info(response().public_key.value())) {
      return fail(Code::kResponseInconsistent, "publicKey is not the credential's");
    }
    return CheckOutcome::kPassed;
  }

  Result<CheckOutcome> format() {
    const auto format = format_from_string(facts_.object.format);
    if (!format) return std::unexpected(format.error());
    facts_.format = format.value();
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> statement() {
    auto statement = rules().read(facts_.object.statement);
    if (!statement) return std::unexpected(statement.error());
    if (statement->signer == StatementSigner::kCertificate) {
      auto known = chain_of(statement->x5c);
      if (!known) return std::unexpected(known.error());
      statement->known = std::move(known.value());
    }
    facts_.statement = std::move(statement.value());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> statement_algorithm() {
    if (facts_.statement.signer == StatementSigner::kNobody) return CheckOutcome::kNotAsked;
    const auto algorithm = rules().algorithm(facts_.statement, key());
    if (!algorithm) return std::unexpected(algorithm.error());
    facts_.statement_algorithm = algorithm.value();
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> statement_signature() {
    const auto& statement = facts_.statement;
    if (statement.signer == StatementSigner::kNobody) return CheckOutcome::kNotAsked;
    const auto own = statement.signer == StatementSigner::kCredentialKey ? key().load() : nullptr;
    auto* signer = own ? own.get() : nullptr;
    if (statement.signer == StatementSigner::kCertificate) {
      signer = statement.path().front().public_key();
    }
    const auto hash = sha256(response().client_data_json);  // step 12
    const auto message =
        rules().signed_bytes({.authenticator_data = facts_.object.authenticator_data,
                              .data = facts_.data,
                              .credential_key = key(),
                              .client_data_hash = hash});
    if (signer == nullptr ||
        !is_signed_by(signer, facts_.statement_algorithm, message, statement.signature)) {
      return fail(Code::kAttestationSignatureInvalid);
    }
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> attestation_certificate() {
    return rules().certificate(facts_.statement, credential().aaguid);
  }
  Result<CheckOutcome> authenticator_status() {
    const auto* metadata = facts_.expected.metadata;
    if (metadata == nullptr) return CheckOutcome::kNotAsked;
    const auto path = facts_.statement.path();
    facts_.entry = metadata->find(facts_.format, credential().aaguid, path);
    if (facts_.entry == nullptr) return CheckOutcome::kNotAsked;
    auto checked = metadata->check_status(
        *facts_.entry, path, facts_.expected.metadata_rules, facts_.expected.now);
    if (!checked) return std::unexpected(checked.error());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> trust() {
    auto& attestation = facts_.attestation;
    attestation.format = std::string(facts_.object.format);
    switch (facts_.statement.signer) {
      case StatementSigner::kNobody:
        return untrusted(AttestationType::kNone, "a statement of format none says nothing");
      case StatementSigner::kCredentialKey:
        return untrusted(AttestationType::kSelf, "self attestation names no maker");
      case StatementSigner::kCertificate:
        break;
    }
    for (const auto& certificate : facts_.statement.path()) {
      attestation.trust_path.push_back(certificate.der());
    }
    auto root = find_root();
    if (!root) return untrusted(AttestationType::kCertified, root.error().detail);
    attestation.type = AttestationType::kCertified;
    attestation.level = AttestationLevel::kAttested;
    attestation.trust_root = std::move(root.value());
    const auto& leaf = facts_.statement.path().front();
    attestation.firmware = leaf.firmware();
    attestation.serial = leaf.serial();
    return CheckOutcome::kPassed;
  }

  Result<CheckOutcome> credential_id_length() {
    if (credential().id.size() > kLongestCredentialId) return fail(Code::kCredentialIdTooLong);
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> extension_outputs() {
    const auto& signed_outputs = facts_.data.extensions;
    auto& outputs = facts_.extensions;
    outputs.hmac_secret = signed_outputs.hmac_secret;
    outputs.cred_props_rk = response().cred_props_rk;
    if (const auto level = signed_outputs.credential_protection) {
      if (level < 1 || level > 3) return fail(Code::kExtensionOutputInvalid, "credProtect");
      outputs.credential_protection = static_cast<CredentialProtection>(level.value());
    }
    if (const auto length = signed_outputs.min_pin_length) {
      if (length < 4 || length > 63) return fail(Code::kExtensionOutputInvalid, "minPinLength");
      outputs.min_pin_length = static_cast<std::uint32_t>(length.value());
    }
    return CheckOutcome::kPassed;
  }

  [[nodiscard]] const RegistrationFacts& facts() const { return facts_; }

  RegisteredCredential take(std::vector<Check> checks) {
    RegisteredCredential taken;
    taken.id = to_bytes(credential().id);
    taken.public_key = to_bytes(credential().public_key);
    taken.algorithm = key().algorithm();
    taken.sign_count = facts_.data.sign_count;
    taken.aaguid = to_bytes(credential().aaguid);
    taken.is_user_verified = facts_.data.is_user_verified;
    taken.is_backup_eligible = facts_.data.is_backup_eligible;
    taken.is_backed_up = facts_.data.is_backed_up;
    taken.transports = response().transports;
    taken.attachment = response().attachment;
    std::ranges::copy(facts_.data.rp_id_hash, taken.rp_id_hash.begin());
    taken.attestation = std::move(facts_.attestation);
    taken.extensions = facts_.extensions;
    taken.attestation_object = response().attestation_object;
    taken.client_data_json = response().client_data_json;
    taken.checks = std::move(checks);
    return taken;
  }

 private:
  [[nodiscard]] const RegistrationResponse& response() const { return facts_.response; }
  [[nodiscard]] const CeremonyExpectations& ceremony() const { return facts_.expected.ceremony; }
  [[nodiscard]] const AttestedCredential& credential() const {
    return facts_.data.credential.value();
  }
  [[nodiscard]] const CoseKey& key() const { return facts_.key.value(); }
  [[nodiscard]] const StatementRules& rules() const { return rules_of(facts_.format); }

  [[nodiscard]] const TrustStore& trust_store() const {
    static const TrustStore kTrustsNothing;
    const auto* trusted = facts_.expected.trust_store;
    return trusted == nullptr ? kTrustsNothing : *trusted;
  }
  /// Null if none is for this model.
  [[nodiscard]] const TrustStore* model_trust_store() const {
    const auto* stores = facts_.expected.model_trust_stores;
    if (stores == nullptr || stores->empty()) return nullptr;
    const auto found = stores->find(to_bytes(credential().aaguid));
    return found == stores->end() ? nullptr : &found->second;
  }
  [[nodiscard]] Result<std::shared_ptr<const KnownChain>> chain_of(BytesView x5c) const {
    const auto most = rules().most_certificates;
    auto* memory = trust_store().memory();
    auto known = memory == nullptr ? nullptr : memory->recall(x5c);
    if (known && known->chain->path.size() <= most) return known;
    return read_chain(x5c, most);
  }
  /// The subject of the trusted certificate the chain leads to. What is tied to the model comes
  /// first: it alone proves an AAGUID, and only of a format whose signature is over it.
  Result<std::string> find_root() {
    auto& attestation = facts_.attestation;
    const bool signs_model = facts_.format == StatementFormat::kPacked;
    std::optional<Error> why_not;
    if (facts_.entry != nullptr) {
      auto own = find_root_of_entry();
      if (own) {
        attestation.metadata_number = facts_.expected.metadata->number();
        attestation.is_model_proven = signs_model;
        return own;
      }
      why_not = std::move(own.error());
    }
    if (const auto* store = model_trust_store(); store != nullptr && signs_model) {
      auto pinned = find_root_in(*store);
      if (pinned) {
        attestation.is_model_proven = true;
        return pinned;
      }
      if (!why_not) why_not = std::move(pinned.error());
    }
    auto listed = find_root_in(trust_store());
    if (listed || !why_not) return listed;
    return std::unexpected(std::move(why_not.value()));
  }
  Result<std::string> find_root_of_entry() {
    const auto& expected = facts_.expected;
    const auto& metadata = *expected.metadata;
    if (auto current = metadata.check_up_to_date(expected.now, expected.metadata_rules.grace);
        !current) {
      return std::unexpected(current.error());
    }
    return find_root_in(metadata.roots_of(*facts_.entry));
  }
  /// What was found is kept: by now the statement is known to be signed by the chain's leaf.
  Result<std::string> find_root_in(const TrustStore& store) {
    auto& known = facts_.statement.known;
    if (known->is_trusted(store.id(), facts_.expected.now)) return known->root.subject;
    auto root = store.find_root(known->chain->path, facts_.expected.now);
    if (!root) return std::unexpected(root.error());
    const bool is_packed = facts_.format == StatementFormat::kPacked;
    known = std::make_shared<const KnownChain>(
        KnownChain{.chain = known->chain,
                   .fits_packed_profile = known->fits_packed_profile || is_packed,
                   .trusted_by = store.id(),
                   .root = std::move(root.value())});
    if (auto* memory = trust_store().memory()) memory->remember(facts_.statement.x5c, known);
    return known->root.subject;
  }
  Result<CheckOutcome> untrusted(AttestationType type, std::string reason) {
    facts_.attestation.type = type;
    facts_.attestation.not_trusted_reason = std::move(reason);
    if (facts_.expected.attestation == AttestationRule::kEnforced) {
      return fail(Code::kAttestationNotTrusted, facts_.attestation.not_trusted_reason);
    }
    return CheckOutcome::kNotAsked;
  }

  RegistrationFacts facts_;
};

constexpr std::string_view kClientData = "client_data";
constexpr std::string_view kAuthenticatorData = "authenticator_data";
constexpr std::string_view kCredential = "credential";
constexpr std::string_view kAttestation = "attestation";
constexpr std::string_view kRecord = "record";

using Facts = RegistrationFacts;
constexpr auto kSteps = std::to_array<Step<Registration, Facts>>({
    {kClientData,
     "client_data",
     "WebAuthn L3 §7.1 steps 5, 6",
     &Registration::client_data,
     describe_client_data<Facts>},
    {kClientData, "type", "WebAuthn L3 §7.1 step 7", &Registration::type, describe_type<Facts>},
    {kClientData,
     "challenge",
     "WebAuthn L3 §7.1 step 8",
     &Registration::challenge,
     describe_challenge<Facts>},
    {kClientData,
     "origin",
     "WebAuthn L3 §7.1 step 9",
     &Registration::origin,
     describe_origin<Facts>},
    {kClientData,
     "cross_origin",
     "WebAuthn L3 §7.1 step 10",
     &Registration::cross_origin,
     describe_cross_origin<Facts>},
    {kClientData,
     "top_origin",
     "WebAuthn L3 §7.1 step 11",
     &Registration::top_origin,
     describe_top_origin<Facts>},
    {kAuthenticatorData,
     "attestation_object",
     "WebAuthn L3 §7.1 step 13",
     &Registration::attestation_object,
     describe_attestation_object},
    {kAuthenticatorData,
     "rp_id_hash",
     "WebAuthn L3 §7.1 step 14",
     &Registration::rp_id_hash,
     describe_rp_id_hash<Facts>},
    {kAuthenticatorData,
     "user_present",
     "WebAuthn L3 §7.1 step 15",
     &Registration::user_present,
     describe_user_present<Facts>},
    {kAuthenticatorData,
     "user_verified",
     "WebAuthn L3 §7.1 step 16",
     &Registration::user_verified,
     describe_user_verified<Facts>},
    {kAuthenticatorData,
     "backup_state",
     "WebAuthn L3 §7.1 step 17",
     &Registration::backup_state,
     describe_backup<Facts>},
    {kAuthenticatorData,
     "backup_eligibility",
     "WebAuthn L3 §7.1 steps 18, 19",
     &Registration::backup_eligibility,
     describe_backup<Facts>},
    {kCredential,
     "algorithm",
     "WebAuthn L3 §7.1 step 20",
     &Registration::algorithm,
     describe_algorithm},
    {kCredential,
     "consistency",
     "WebAuthn L3 §5.1",
     &Registration::consistency,
     describe_consistency},
    {kAttestation, "format", "WebAuthn L3 §7.1 step 21", &Registration::format, describe_format},
    {kAttestation,
     "statement",
     "WebAuthn L3 §7.1 step 22, §8.2, §8.6, §8.7",
     &Registration::statement,
     describe_statement},
    {kAttestation,
     "statement_algorithm",
     "WebAuthn L3 §8.2, §8.6",
     &Registration::statement_algorithm,
     describe_statement_algorithm},
    {kAttestation,
     "statement_signature",
     "WebAuthn L3 §7.1 steps 12, 22",
     &Registration::statement_signature,
     describe_statement_signature},
    {kAttestation,
     "attestation_certificate",
     "WebAuthn L3 §8.2.1",
     &Registration::attestation_certificate,
     describe_attestation_certificate},
    {kAttestation,
     "authenticator_status",
     "FIDO MDS v3.0 §3.1.4",
     &Registration::authenticator_status,
     describe_authenticator_status},
    {kAttestation, "trust", "WebAuthn L3 §7.1 steps 23, 24", &Registration::trust, describe_trust},
    {kRecord,
     "credential_id_length",
     "WebAuthn L3 §7.1 step 25",
     &Registration::credential_id_length,
     describe_credential_id_length},
    {kRecord,
     "extension_outputs",
     "WebAuthn L3 §7.1 step 28",
     &Registration::extension_outputs,
     describe_extension_outputs},
});

VerdictNode unreached_steps() {
  return unreached(kSteps, "registration", "WebAuthn L3 §7.1");
}

}  // namespace

Result<VerifiedCredential> RegistrationVerifier::verify(
    const RegistrationResponse& response, const RegistrationExpectations& expectations) {
  Registration registration(response, expectations);
  std::vector<Check> checks;
  if (auto passed = run_steps(kSteps, registration, checks); !passed) {
    return std::unexpected(std::move(passed.error()));
  }
  return VerifiedCredential(registration.take(std::move(checks)));
}

ExplainedRegistration RegistrationVerifier::explain(const RegistrationResponse& response,
                                                    const RegistrationExpectations& expectations) {
  Registration registration(response, expectations);
  std::vector<Check> checks;
  auto verdict = unreached_steps();
  if (auto passed = explain_steps(kSteps, registration, checks, verdict); !passed) {
    return {.credential = std::unexpected(std::move(passed.error())),
            .verdict = std::move(verdict)};
  }
  return {.credential = VerifiedCredential(registration.take(std::move(checks))),
          .verdict = std::move(verdict)};
}

ExplainedRegistration RegistrationVerifier::refused_before(const Error& error) {
  auto verdict = unreached_steps();
  verdict.fail_with(error);
  return {.credential = std::unexpected(error), .verdict = std::move(verdict)};
}

}  // namespace firstkey::core::webauthn
