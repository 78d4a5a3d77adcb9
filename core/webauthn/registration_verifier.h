#pragma once
// Registering a new credential, WebAuthn L3 §7.1. The one maker of a VerifiedCredential: who holds
// one knows that every step in the tables of registration_verifier.cpp passed.
//
// Two steps of §7.1 belong to the caller's transaction: that the credential id is new for all users
// (step 26) and storing the record (step 29).

#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/credential.h"
#include "core/webauthn/algorithm.h"
#include "core/webauthn/check.h"
#include "core/webauthn/error.h"
#include "core/webauthn/expectations.h"
#include "core/webauthn/metadata_service.h"
#include "core/webauthn/responses.h"
#include "core/webauthn/trust_store.h"
#include "core/webauthn/verdict.h"

namespace firstkey::core::webauthn {

enum class AttestationRule {
  kNotEnforced,  ///< a valid statement that leads to no listed root is accepted as kNotAttested
  kEnforced,     ///< only a chain to a listed root is accepted
};

struct RegistrationExpectations {
  CeremonyExpectations ceremony;
  std::vector<Algorithm> algorithms;  ///< those of the options; empty allows none
  AttestationRule attestation = AttestationRule::kNotEnforced;
  const TrustStore* trust_store = nullptr;               ///< outlives the call; none trusts nothing
  const ModelTrustStores* model_trust_stores = nullptr;  ///< likewise
  /// Outlives the call; with none, no status is known and only `trust_store` is trusted. One that
  /// is out of date still condemns, but its roots are trusted no more.
  const MetadataService* metadata = nullptr;
  MetadataRules metadata_rules;
  Instant now;  ///< certificates must be valid at it
};

enum class AttestationType {
  kNone,
  kSelf,
  kCertified,  ///< signed by a key with a certificate: the standard's Basic, AttCA or AnonCA
};

struct Attestation {
  std::string format;  ///< "packed"
  AttestationType type = AttestationType::kNone;
  AttestationLevel level = AttestationLevel::kNotAttested;
  /// The chain led to a certificate that vouches for keys of this AAGUID, be it by the model's own
  /// entry of metadata or listed so. Only then is the AAGUID more than what the key says.
  bool is_model_proven = false;
  std::vector<Bytes> trust_path;  ///< DER, leaf first, as received
  std::string trust_root;         ///< subject of the listed certificate; empty when kNotAttested
  /// Of the metadata, if the chain led to a root of the model's own entry in it.
  std::optional<std::int64_t> metadata_number;
  /// As the attestation certificate has it, if the chain is trusted: Certificate::firmware().
  std::optional<std::int64_t> firmware;
  std::optional<Bytes> serial;  ///< likewise: Certificate::serial()
  std::string not_trusted_reason;
};

/// Extension outputs, from the key (signed) and from the client (not signed: credProps).
struct RegistrationExtensions {
  std::optional<CredentialProtection> credential_protection;
  std::optional<bool> hmac_secret;
  std::optional<std::uint32_t> min_pin_length;
  std::optional<bool> cred_props_rk;
};

/// What is known of a verified credential: the credential record of L3 §4 and what led to it.
struct RegisteredCredential {
  Bytes id;
  Bytes public_key;  ///< COSE_Key, exactly as the key encoded it
  Algorithm algorithm = Algorithm::kEs256;
  std::uint32_t sign_count = 0;
  Bytes aaguid;  ///< 16 bytes
  bool is_user_verified = false;
  bool is_backup_eligible = false;
  bool is_backed_up = false;
  std::vector<std::string> transports;
  std::optional<AuthenticatorAttachment> attachment;
  Sha256 rp_id_hash{};
  Attestation attestation;
  RegistrationExtensions extensions;
  Bytes attestation_object;
  Bytes client_data_json;
  std::vector<Check> checks;  ///< in the order they passed
};

/// Proof of a registration that passed §7.1: only RegistrationVerifier makes one.
class VerifiedCredential {
 public:
  [[nodiscard]] const RegisteredCredential& value() const& noexcept { return value_; }
  [[nodiscard]] RegisteredCredential value() && noexcept { return std::move(value_); }

 private:
  friend class RegistrationVerifier;
  explicit VerifiedCredential(RegisteredCredential value) : value_(std::move(value)) {}
  RegisteredCredential value_;
};

/// What verify() answers, and the tree of how it came to it.
struct ExplainedRegistration {
  Result<VerifiedCredential> credential;
  VerdictNode verdict;
};

class RegistrationVerifier {
 public:
  /// Errors: any Code but those of assertions; the first step that fails decides.
  /// Threads: any. Does no I/O and keeps nothing.
  [[nodiscard]] static Result<VerifiedCredential> verify(
      const RegistrationResponse& response, const RegistrationExpectations& expectations);

  /// The same by the same steps, told as they run. Several times as slow.
  [[nodiscard]] static ExplainedRegistration explain(const RegistrationResponse& response,
                                                     const RegistrationExpectations& expectations);

  /// For a response that did not even read: refused with `error`, and no step reached.
  [[nodiscard]] static ExplainedRegistration refused_before(const Error& error);
};

}  // namespace firstkey::core::webauthn
