// WebAuthn Level 3 §7.1, "Registering a New Credential", Working Draft of 2025-01-27: one named
// check a step, in the standard's order. Steps 1 to 4 (options, the client's call, the response's
// type) are the station's; step 26 (the id is new for all users) and 29 (store the record) are the
// caller's transaction's. Step 27 (the record) is RegisteredCredential.

#include "core/webauthn/registration_verifier.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/shared_steps.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::size_t kLongestCredentialId = 1023;  // WebAuthn L3 §7.1 step 25

/// What earlier steps found out, for later ones. A step may use what the steps above it have filled
/// in and nothing else.
class Registration {
 public:
  Registration(const RegistrationResponse& response, const RegistrationExpectations& expected)
      : response_(response), expected_(expected) {}

  Result<CheckOutcome> client_data() {
    auto parsed = parse_client_data(response_.client_data_json);
    if (!parsed) return std::unexpected(parsed.error());
    client_ = std::move(parsed.value());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> type() { return check_type(client_, kTypeCreate); }
  Result<CheckOutcome> challenge() { return check_challenge(client_, expected_.ceremony); }
  Result<CheckOutcome> origin() { return check_origin(client_, expected_.ceremony); }
  Result<CheckOutcome> cross_origin() { return check_cross_origin(client_, expected_.ceremony); }
  Result<CheckOutcome> top_origin() { return check_top_origin(client_, expected_.ceremony); }

  Result<CheckOutcome> attestation_object() {
    const auto object = AttestationObject::parse(response_.attestation_object);
    if (!object) return std::unexpected(object.error());
    object_ = object.value();
    const auto data = AuthenticatorData::parse(object_.authenticator_data);
    if (!data) return std::unexpected(data.error());
    data_ = data.value();
    if (!data_.credential) return fail(Code::kCredentialDataMissing);
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> rp_id_hash() { return check_rp_id_hash(data_, expected_.ceremony); }
  Result<CheckOutcome> user_present() { return check_user_present(data_); }
  Result<CheckOutcome> user_verified() { return check_user_verified(data_, expected_.ceremony); }
  Result<CheckOutcome> backup_state() { return check_backup_state(data_); }
  Result<CheckOutcome> backup_eligibility() {
    return check_backup_eligibility(data_, expected_.ceremony);
  }

  Result<CheckOutcome> algorithm() {
    auto key = CoseKey::parse(data_.credential->public_key);
    if (!key) return std::unexpected(key.error());
    key_.emplace(std::move(key.value()));
    if (std::ranges::find(expected_.algorithms, key_->algorithm()) == expected_.algorithms.end()) {
      return fail(Code::kAlgorithmNotAllowed, std::string(to_string(key_->algorithm())));
    }
    return CheckOutcome::kPassed;
  }
  /// Ours, after the members it needs are known: what the client repeats must be what the key said.
  Result<CheckOutcome> consistency() {
    if (!std::ranges::equal(response_.id, data_.credential->id)) {
      return fail(Code::kResponseInconsistent, "rawId is not the credential's id");
    }
    if (response_.authenticator_data &&
        !std::ranges::equal(response_.authenticator_data.value(), object_.authenticator_data)) {
      return fail(Code::kResponseInconsistent, "authenticatorData is not the attestation object's");
    }
    if (response_.public_key_algorithm &&
        response_.public_key_algorithm != to_cose(key_->algorithm())) {
      return fail(Code::kResponseInconsistent, "publicKeyAlgorithm is not the key's");
    }
    if (response_.public_key && response_.public_key != key_->subject_public_key_info()) {
      return fail(Code::kResponseInconsistent, "publicKey is not the credential's");
    }
    return CheckOutcome::kPassed;
  }

  Result<CheckOutcome> format() {
    const auto format = format_from_string(object_.format);
    if (!format) return std::unexpected(format.error());
    format_ = format.value();
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> statement() {
    const auto hash = sha256(response_.client_data_json);  // step 12
    const StatementContext context{.authenticator_data = object_.authenticator_data,
                                   .data = data_,
                                   .credential_key = key_.value(),
                                   .client_data_hash = hash};
    auto verdict = verify_statement(context);
    if (!verdict) return std::unexpected(verdict.error());
    verdict_ = std::move(verdict.value());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> authenticator_status() {
    if (expected_.metadata == nullptr) return CheckOutcome::kNotAsked;
    const auto& path = verdict_.trust_path;
    entry_ = expected_.metadata->find(format_, data_.credential->aaguid, path);
    if (entry_ == nullptr) return CheckOutcome::kNotAsked;
    auto checked =
        expected_.metadata->check_status(*entry_, path, expected_.metadata_rules, expected_.now);
    if (!checked) return std::unexpected(checked.error());
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> trust() {
    auto& attestation = credential_.attestation;
    attestation.format = std::string(object_.format);
    switch (verdict_.signer) {
      case StatementSigner::kNobody:
        return untrusted(AttestationType::kNone, "a statement of format none says nothing");
      case StatementSigner::kCredentialKey:
        return untrusted(AttestationType::kSelf, "self attestation names no maker");
      case StatementSigner::kCertificate:
        break;
    }
    for (const auto& certificate : verdict_.trust_path) {
      attestation.trust_path.push_back(certificate.der());
    }
    auto root = find_root();
    if (!root) return untrusted(AttestationType::kCertified, root.error().detail);
    attestation.type = AttestationType::kCertified;
    attestation.level = AttestationLevel::kAttested;
    attestation.trust_root = std::move(root.value());
    return CheckOutcome::kPassed;
  }

  Result<CheckOutcome> credential_id_length() {
    if (data_.credential->id.size() > kLongestCredentialId) {
      return fail(Code::kCredentialIdTooLong);
    }
    return CheckOutcome::kPassed;
  }
  Result<CheckOutcome> extension_outputs() {
    const auto& signed_outputs = data_.extensions;
    auto& outputs = credential_.extensions;
    outputs.hmac_secret = signed_outputs.hmac_secret;
    outputs.cred_props_rk = response_.cred_props_rk;
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

  RegisteredCredential take() {
    credential_.id = to_bytes(data_.credential->id);
    credential_.public_key = to_bytes(data_.credential->public_key);
    credential_.algorithm = key_->algorithm();
    credential_.sign_count = data_.sign_count;
    credential_.aaguid = to_bytes(data_.credential->aaguid);
    credential_.is_user_verified = data_.is_user_verified;
    credential_.is_backup_eligible = data_.is_backup_eligible;
    credential_.is_backed_up = data_.is_backed_up;
    credential_.transports = response_.transports;
    credential_.attachment = response_.attachment;
    std::ranges::copy(data_.rp_id_hash, credential_.rp_id_hash.begin());
    credential_.attestation_object = response_.attestation_object;
    credential_.client_data_json = response_.client_data_json;
    return std::move(credential_);
  }

 private:
  [[nodiscard]] Result<StatementVerdict> verify_statement(const StatementContext& context) const {
    switch (format_) {
      case StatementFormat::kNone:
        return verify_none(object_.statement);
      case StatementFormat::kPacked:
        return verify_packed(object_.statement, context);
      case StatementFormat::kFidoU2f:
        return verify_fido_u2f(object_.statement, context);
    }
    return fail(Code::kAttestationFormatUnknown);
  }
  /// The subject of the trusted certificate the chain leads to. The model's own entry comes first:
  /// it alone ties a chain to an AAGUID.
  Result<std::string> find_root() {
    if (entry_ == nullptr) return find_listed_root();
    auto own = find_root_of_entry();
    if (own) {
      credential_.attestation.metadata_number = expected_.metadata->number();
      return own;
    }
    auto listed = find_listed_root();
    return listed ? listed : own;
  }
  [[nodiscard]] Result<std::string> find_root_of_entry() const {
    const auto& metadata = *expected_.metadata;
    if (auto current = metadata.check_up_to_date(expected_.now, expected_.metadata_rules.grace);
        !current) {
      return std::unexpected(current.error());
    }
    return metadata.find_root(*entry_, verdict_.trust_path, expected_.now);
  }
  [[nodiscard]] Result<std::string> find_listed_root() const {
    static const TrustStore kTrustsNothing;
    const auto& trusted =
        expected_.trust_store == nullptr ? kTrustsNothing : *expected_.trust_store;
    return trusted.find_root(verdict_.trust_path, expected_.now);
  }
  Result<CheckOutcome> untrusted(AttestationType type, const std::string& reason) {
    if (expected_.attestation == AttestationRule::kEnforced) {
      return fail(Code::kAttestationNotTrusted, reason);
    }
    credential_.attestation.type = type;
    credential_.attestation.not_trusted_reason = reason;
    return CheckOutcome::kNotAsked;
  }

  const RegistrationResponse& response_;
  const RegistrationExpectations& expected_;
  ClientData client_;
  AttestationObject object_;
  AuthenticatorData data_;
  std::optional<CoseKey> key_;
  StatementFormat format_ = StatementFormat::kNone;
  StatementVerdict verdict_;
  const MetadataEntry* entry_ = nullptr;  // the model's; null while nothing is known of it
  RegisteredCredential credential_;
};

struct Step {
  std::string_view name;
  std::string_view source;
  Result<CheckOutcome> (Registration::*run)();
};

constexpr auto kSteps = std::to_array<Step>({
    {"client_data", "WebAuthn L3 §7.1 steps 5, 6", &Registration::client_data},
    {"type", "WebAuthn L3 §7.1 step 7", &Registration::type},
    {"challenge", "WebAuthn L3 §7.1 step 8", &Registration::challenge},
    {"origin", "WebAuthn L3 §7.1 step 9", &Registration::origin},
    {"cross_origin", "WebAuthn L3 §7.1 step 10", &Registration::cross_origin},
    {"top_origin", "WebAuthn L3 §7.1 step 11", &Registration::top_origin},
    {"attestation_object", "WebAuthn L3 §7.1 step 13", &Registration::attestation_object},
    {"rp_id_hash", "WebAuthn L3 §7.1 step 14", &Registration::rp_id_hash},
    {"user_present", "WebAuthn L3 §7.1 step 15", &Registration::user_present},
    {"user_verified", "WebAuthn L3 §7.1 step 16", &Registration::user_verified},
    {"backup_state", "WebAuthn L3 §7.1 step 17", &Registration::backup_state},
    {"backup_eligibility", "WebAuthn L3 §7.1 steps 18, 19", &Registration::backup_eligibility},
    {"algorithm", "WebAuthn L3 §7.1 step 20", &Registration::algorithm},
    {"consistency", "WebAuthn L3 §5.1", &Registration::consistency},
    {"format", "WebAuthn L3 §7.1 step 21", &Registration::format},
    {"statement", "WebAuthn L3 §7.1 steps 12, 22", &Registration::statement},
    {"authenticator_status", "FIDO MDS v3.0 §3.1.4", &Registration::authenticator_status},
    {"trust", "WebAuthn L3 §7.1 steps 23, 24", &Registration::trust},
    {"credential_id_length", "WebAuthn L3 §7.1 step 25", &Registration::credential_id_length},
    {"extension_outputs", "WebAuthn L3 §7.1 step 28", &Registration::extension_outputs},
});

}  // namespace

Result<VerifiedCredential> RegistrationVerifier::verify(
    const RegistrationResponse& response, const RegistrationExpectations& expectations) {
  Registration registration(response, expectations);
  std::vector<Check> checks;
  checks.reserve(kSteps.size());
  for (const auto& step : kSteps) {
    const auto outcome = (registration.*step.run)();
    if (!outcome) return std::unexpected(outcome.error());
    checks.push_back({.name = step.name, .source = step.source, .outcome = outcome.value()});
  }
  auto credential = registration.take();
  credential.checks = std::move(checks);
  return VerifiedCredential(std::move(credential));
}

}  // namespace firstkey::core::webauthn
