#pragma once
// What a relying party asks of a client: the dictionaries of WebAuthn L3 §5.4 (create) and §5.5
// (get), with the members firstkey uses. json.h reads and writes their JSON forms.

#include <chrono>
#include <optional>
#include <string>
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

struct CreationExtensions {
  bool cred_props = false;
  std::optional<CredentialProtection> credential_protection;
  bool enforce_credential_protection = false;
  bool hmac_create_secret = false;
  bool min_pin_length = false;

  friend bool operator==(const CreationExtensions&, const CreationExtensions&) = default;
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

  friend bool operator==(const RequestOptions&, const RequestOptions&) = default;
};

}  // namespace firstkey::core::webauthn
