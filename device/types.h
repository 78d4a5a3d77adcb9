#pragma once
// What passes between firstkey and a security key, in CTAP's own notions: where a key is, what it
// says of itself, what it is asked and what it answers. Plain data; nothing here is secret.
// Source: CTAP 2.1 §6.1 (makeCredential), §6.2 (getAssertion), §6.4 (getInfo).

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firstkey::device {

class SecretBytes;

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;
using Sha256 = std::array<std::uint8_t, 32>;
using Aaguid = std::array<std::uint8_t, 16>;
using CredentialId = Bytes;
/// A COSE algorithm identifier, such as -7 for ES256. Source: IANA COSE Algorithms.
using CoseAlgorithm = std::int32_t;
inline constexpr CoseAlgorithm kEs256 = -7;
inline constexpr CoseAlgorithm kEdDsa = -8;
inline constexpr CoseAlgorithm kEs384 = -35;
inline constexpr CoseAlgorithm kRs256 = -257;

/// An option of getInfo: absent and false are different answers (clientPin absent: no PIN at all;
/// clientPin false: none set yet).
enum class Option : std::uint8_t { kAbsent, kFalse, kTrue };

/// The options of getInfo, one member each, with the specification's defaults where one is stated.
struct AuthenticatorOptions {
  Option plat = Option::kFalse;
  Option rk = Option::kFalse;
  Option client_pin = Option::kAbsent;
  Option up = Option::kTrue;
  Option uv = Option::kAbsent;
  Option pin_uv_auth_token = Option::kAbsent;
  Option no_mc_ga_permissions_with_client_pin = Option::kAbsent;
  Option large_blobs = Option::kAbsent;
  Option ep = Option::kAbsent;
  Option bio_enroll = Option::kAbsent;
  Option cred_mgmt = Option::kAbsent;
  Option credential_mgmt_preview = Option::kAbsent;  ///< of FIDO_2_1_PRE
  Option authnr_cfg = Option::kAbsent;
  Option set_min_pin_length = Option::kAbsent;
  Option make_cred_uv_not_rqd = Option::kFalse;
  Option always_uv = Option::kAbsent;
  Option uv_acfg = Option::kAbsent;
  Option uv_bio_enroll = Option::kAbsent;

  friend bool operator==(const AuthenticatorOptions&, const AuthenticatorOptions&) = default;
};

/// One that the key claims to have, and its level: "FIDO" 2, "FIPS-CMVP-3" 2. Source: CTAP 2.1
/// §6.4, 0x13.
struct Certification {
  std::string name;
  std::uint64_t level = 0;

  friend bool operator==(const Certification&, const Certification&) = default;
};

/// What an authenticator says of itself. Nothing in here is proven before an attestation is.
struct AuthenticatorFacts {
  bool is_fido2 = false;  ///< false: it speaks U2F only and answers no CTAP 2 command
  bool is_simulated = false;
  std::vector<std::string> versions;    ///< "FIDO_2_0", "FIDO_2_1", "U2F_V2", …
  std::vector<std::string> extensions;  ///< "credProtect", "hmac-secret", …
  std::vector<std::string> transports;  ///< "usb", "nfc", …
  Aaguid aaguid{};
  AuthenticatorOptions options;
  std::vector<CoseAlgorithm> algorithms;  ///< in the key's order; ES256 alone when it lists none
  std::vector<std::uint8_t> pin_protocols;
  std::vector<Certification> certifications;
  std::uint64_t max_message_size = 1024;  ///< bytes
  std::optional<std::uint64_t> max_credentials_in_list;
  std::optional<std::uint64_t> max_credential_id_length;  ///< bytes
  std::optional<std::uint64_t> firmware_version;          ///< as the maker counts
  std::optional<std::uint64_t> remaining_discoverable_credentials;
  std::uint64_t min_pin_length = 4;  ///< Unicode code points
  /// How many relying parties the key can be told to tell its minimum to; 0: none.
  std::uint64_t max_rp_ids_for_min_pin_length = 0;
  bool is_pin_change_forced = false;
  std::uint64_t max_blob_length = 0;  ///< bytes of a credBlob; 0 where the key keeps none

  [[nodiscard]] bool has_version(std::string_view version) const;
  [[nodiscard]] bool has_extension(std::string_view extension) const;
  [[nodiscard]] bool has_algorithm(CoseAlgorithm algorithm) const;
  [[nodiscard]] bool has_pin() const { return options.client_pin == Option::kTrue; }
  [[nodiscard]] bool supports_pin() const { return options.client_pin != Option::kAbsent; }
  /// The key verifies its user by itself (fingerprint, own keypad) and is ready to.
  [[nodiscard]] bool has_user_verification() const { return options.uv == Option::kTrue; }
  [[nodiscard]] bool supports_resident_keys() const { return options.rk == Option::kTrue; }
  [[nodiscard]] bool supports_credential_management() const {
    return options.cred_mgmt == Option::kTrue || options.credential_mgmt_preview == Option::kTrue;
  }
};

/// Source: CTAP 2.1 §12.1. The numbers are the extension's values.
enum class CredentialProtection : std::uint8_t {
  kUvOptional = 1,
  kUvOptionalWithCredentialIdList = 2,
  kUvRequired = 3,
};

/// Source: CTAP 2.1 §7.1. The numbers are the request's.
enum class EnterpriseAttestation : std::uint8_t {
  kVendorFacilitated = 1,  ///< for the relying parties that its maker wrote into the key
  kPlatformManaged = 2,    ///< for those that the platform has been told to trust
};

/// What hmac-secret is asked about. Source: CTAP 2.1 §12.5.
struct HmacSalts {
  Sha256 first{};
  std::optional<Sha256> second;
};

struct CredentialRequest {
  Sha256 client_data_hash{};
  std::string rp_id;
  std::string rp_name;
  Bytes user_id;  ///< the user handle, 1..64 bytes
  std::string user_name;
  std::string user_display_name;
  std::vector<CoseAlgorithm> algorithms;  ///< the wanted ones, dearest first
  bool is_resident_key_wanted = false;
  /// With it and without a PIN the key must verify its user by itself; else kPinRequired.
  bool is_user_verification_required = false;
  std::optional<CredentialProtection> credential_protection;
  /// A key without credProtect is then refused; otherwise the wish is dropped for such a key.
  bool is_credential_protection_enforced = false;
  // What a key lacks of the following is dropped, as WebAuthn has it.
  bool is_hmac_secret_wanted = false;
  std::optional<HmacSalts> hmac_salts;    ///< evaluated at once, by a key with hmac-secret-mc
  bool is_min_pin_length_wanted = false;  ///< told where the key was told to tell it
  bool is_large_blob_key_wanted = false;  ///< with a discoverable credential only
  std::optional<Bytes> blob;              ///< credBlob; dropped also when it is too long
  std::vector<CredentialId> excluded_credentials;
  /// Asks for an attestation that names this one key. It must be enabled on the key; whether one
  /// came is told by the response.
  std::optional<EnterpriseAttestation> enterprise_attestation;
};

struct CredentialResponse {
  std::string format;                   ///< "packed", "fido-u2f", "none", "tpm"
  Bytes authenticator_data;             ///< as signed
  Bytes attestation_statement;          ///< a CBOR map
  Bytes attestation_object;             ///< canonical {"fmt", "attStmt", "authData"}
  CredentialId credential_id;           ///< as found in the authenticator data; not yet verified
  CoseAlgorithm algorithm = 0;          ///< the one that was asked
  bool is_enterprise_attested = false;  ///< epAtt; as the key says, proven by the attestation only
  bool has_large_blob_key = false;
  /// 32 bytes for each salt. Shared, for responses are copied on their way and secrets are not.
  std::shared_ptr<const SecretBytes> hmac_secret;
  std::vector<std::string> transports;  ///< of this key, for the registration response
};

/// What is done to the large blob of the credential that signs. Source: CTAP 2.1 §6.10, §12.3.
enum class LargeBlobAct : std::uint8_t { kNone, kRead, kWrite };

struct AssertionRequest {
  Sha256 client_data_hash{};
  std::string rp_id;
  std::vector<CredentialId> allowed_credentials;  ///< empty: any discoverable one
  bool is_user_verification_required = false;
  bool is_user_presence_wanted = true;  ///< false: a silent look whether the key has one of these
  // What a key lacks of the following is dropped.
  std::optional<HmacSalts> hmac_salts;
  bool is_blob_wanted = false;  ///< credBlob
  LargeBlobAct large_blob_act = LargeBlobAct::kNone;
  Bytes large_blob;  ///< to be written
};

struct AssertionResponse {
  CredentialId credential_id;
  Bytes authenticator_data;  ///< as signed
  Bytes signature;
  Bytes user_handle;                               ///< empty when the key did not say
  std::shared_ptr<const SecretBytes> hmac_secret;  ///< as in CredentialResponse
  std::optional<Bytes> blob;                       ///< credBlob
  std::optional<Bytes> large_blob;                 ///< what was read, where there is one
  bool is_large_blob_written = false;
};

}  // namespace firstkey::device
