#pragma once
// What a relying party asks of a client: the dictionaries of WebAuthn L3 §5.4 (create) and §5.5
// (get), with the members firstkey uses. json.h reads and writes their JSON forms.

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/webauthn/algorithm.h"

namespace firstkey::core::webauthn {

enum class ResidentKeyRequirement { kDiscouraged, kPreferred, kRequired };
enum class UserVerificationRequirement { kDiscouraged, kPreferred, kRequired };
enum class AttestationConveyance { kNone, kIndirect, kDirect, kEnterprise };
enum class AuthenticatorAttachment { kPlatform, kCrossPlatform };
/// CTAP 2.1 §12.1: the numbers are those of the credProtect extension.
enum class CredentialProtection {
  kUserVerificationOptional = 1,
  kUserVerificationOptionalWithCredentialIdList = 2,
  kUserVerificationRequired = 3,
};

struct RelyingPartyEntity {
  std::string id;  ///< required here, though L3 lets a client fill it in
  std::string name;

  friend bool operator==(const RelyingPartyEntity&, const RelyingPartyEntity&) = default;
};

struct UserEntity {
  Bytes id;  ///< the user handle, 1..64 bytes
  std::string name;
  std::string display_name;

  friend bool operator==(const UserEntity&, const UserEntity&) = default;
};

struct CredentialDescriptor {
  Bytes id;
  std::vector<std::string> transports;

  friend bool operator==(const CredentialDescriptor&, const CredentialDescriptor&) = default;
};

/// What a pseudo-random function is evaluated at, of any length. WebAuthn L3 §10.1.4.
struct PrfValues {
  Bytes first;
  std::optional<Bytes> second;

  friend bool operator==(const PrfValues&, const PrfValues&) = default;
};

/// The extension prf of a creation: asked for, and perhaps evaluated at once.
struct PrfCreation {
  std::optional<PrfValues> eval;

  friend bool operator==(const PrfCreation&, const PrfCreation&) = default;
};

/// The extension prf of a request. `by_credential` goes before `eval` for the credentials it names.
struct PrfRequest {
  std::optional<PrfValues> eval;
  std::vector<std::pair<Bytes, PrfValues>> by_credential;

  friend bool operator==(const PrfRequest&, const PrfRequest&) = default;
};

/// WebAuthn L3 §10.1.5.
enum class LargeBlobSupport { kPreferred, kRequired };

struct CreationExtensions {
  bool cred_props = false;
  std::optional<CredentialProtection> credential_protection;
  bool enforce_credential_protection = false;
  bool hmac_create_secret = false;
  bool min_pin_length = false;
  std::optional<PrfCreation> prf;
  std::optional<LargeBlobSupport> large_blob;
  std::optional<Bytes> cred_blob;  ///< to be stored with the credential; CTAP 2.1 §12.2

  friend bool operator==(const CreationExtensions&, const CreationExtensions&) = default;
};

/// The salts of CTAP's own hmac-secret, 32 bytes each. CTAP 2.1 §12.5.
struct HmacSalts {
  Bytes salt1;
  std::optional<Bytes> salt2;

  friend bool operator==(const HmacSalts&, const HmacSalts&) = default;
};

/// WebAuthn L3 §10.1.5. At most one of the two.
struct LargeBlobAccess {
  bool is_read = false;
  std::optional<Bytes> written;

  friend bool operator==(const LargeBlobAccess&, const LargeBlobAccess&) = default;
};

struct RequestExtensions {
  std::optional<PrfRequest> prf;
  std::optional<HmacSalts> hmac_get_secret;
  LargeBlobAccess large_blob;
  bool get_cred_blob = false;

  friend bool operator==(const RequestExtensions&, const RequestExtensions&) = default;
};

/// PublicKeyCredentialCreationOptions. The defaults are the standard's, not firstkey's policy.
struct CreationOptions {
  RelyingPartyEntity rp;
  UserEntity user;
  Bytes challenge;
  std::vector<Algorithm> algorithms;  ///< in order of preference
  std::optional<std::chrono::milliseconds> timeout;
  std::vector<CredentialDescriptor> exclude_credentials;
  std::optional<AuthenticatorAttachment> attachment;
  ResidentKeyRequirement resident_key = ResidentKeyRequirement::kDiscouraged;
  UserVerificationRequirement user_verification = UserVerificationRequirement::kPreferred;
  std::vector<std::string> hints;
  AttestationConveyance attestation = AttestationConveyance::kNone;
  std::vector<std::string> attestation_formats;
  CreationExtensions extensions;

  friend bool operator==(const CreationOptions&, const CreationOptions&) = default;
};

/// PublicKeyCredentialRequestOptions.
struct RequestOptions {
  Bytes challenge;
  std::optional<std::chrono::milliseconds> timeout;
  std::string rp_id;
  std::vector<CredentialDescriptor> allow_credentials;
  UserVerificationRequirement user_verification = UserVerificationRequirement::kPreferred;
  std::vector<std::string> hints;
  RequestExtensions extensions;

  friend bool operator==(const RequestOptions&, const RequestOptions&) = default;
};

}  // namespace firstkey::core::webauthn
