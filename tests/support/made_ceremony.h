#pragma once
// Registrations and assertions signed by keys made on the spot, put together part by part: a test
// takes the good one, changes what it is about and hands the rest over as it stands.

#include <functional>
#include <optional>
#include <string>

#include "core/webauthn/algorithm.h"
#include "core/webauthn/assertion_verifier.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/openssl_handles.h"
#include "core/webauthn/registration_verifier.h"
#include "tests/support/certificates.h"

namespace firstkey::tests {

/// Flags of authenticator data. Source: WebAuthn L3 §6.1.
enum Flag : unsigned {
  kUp = 0x01,
  kUv = 0x04,
  kBe = 0x08,
  kBs = 0x10,
  kAt = 0x40,
  kEd = 0x80,
};

/// The ES256 key that signs in these ceremonies.
class CredentialKey {
 public:
  CredentialKey();
  [[nodiscard]] evp_pkey_st* get() const { return key_.get(); }
  [[nodiscard]] core::Bytes cose() const;

 private:
  core::webauthn::EvpPkeyPtr key_;
};

/// ECDSA or RSA over SHA-256, as `key` does.
[[nodiscard]] core::Bytes sign_with(evp_pkey_st* key, core::BytesView message);

struct AuthenticatorDataShape {
  std::string rp_id = "example.org";
  unsigned flags = kUp | kUv | kAt;
  std::uint32_t sign_count = 7;
  core::Bytes aaguid = core::Bytes(16, 0xA5);
  core::Bytes credential_id = core::Bytes(32, 0x1D);
  core::Bytes public_key;  ///< COSE_Key
  core::Bytes extensions;  ///< CBOR; written whatever the flags say
  core::Bytes tail;        ///< what should not be there

  /// Credential data are written if kAt is set.
  [[nodiscard]] core::Bytes encode() const;
};

/// A statement, from the bytes that are to be signed.
using StatementMaker = std::function<core::Bytes(core::BytesView message)>;

[[nodiscard]] core::Bytes packed_statement(std::int64_t algorithm,
                                           core::BytesView signature,
                                           const std::vector<core::Bytes>& certificates);
[[nodiscard]] core::Bytes attestation_object(const std::string& format,
                                             core::BytesView statement,
                                             core::BytesView authenticator_data);

/// A good registration: packed self attestation. Its statement signs with its own key: neither is
/// copied or moved.
struct MadeRegistration {
  MadeRegistration();
  MadeRegistration(const MadeRegistration&) = delete;
  MadeRegistration& operator=(const MadeRegistration&) = delete;

  CredentialKey key;
  core::webauthn::ClientData client;
  AuthenticatorDataShape data;
  std::string format = "packed";
  StatementMaker statement;
  core::webauthn::RegistrationExpectations expected;
  std::function<void(std::string&)> reword;   ///< of the client data's text, before it is signed
  std::function<void(core::Bytes&)> rewrite;  ///< of the authenticator data, likewise
  std::vector<std::function<void(core::webauthn::RegistrationResponse&)>> edits;  ///< at the end

  /// Attested by `leaf`, which outlives this, with `others` after it in x5c.
  void attest_with(const IssuedCertificate& leaf, const std::vector<core::Bytes>& others = {});
  [[nodiscard]] core::webauthn::RegistrationResponse response() const;
  [[nodiscard]] core::webauthn::Result<core::webauthn::VerifiedCredential> verify() const;
  /// What it is refused with; nothing when it is accepted.
  [[nodiscard]] std::optional<core::webauthn::Code> refusal() const;
};

/// A good assertion of a known user.
struct MadeAssertion {
  MadeAssertion();

  CredentialKey key;
  core::webauthn::ClientData client;
  AuthenticatorDataShape data;
  core::webauthn::StoredCredential stored;
  core::webauthn::AssertionExpectations expected;
  std::vector<std::function<void(core::webauthn::AuthenticationResponse&)>> edits;  ///< at the end

  [[nodiscard]] core::webauthn::AuthenticationResponse response() const;
  [[nodiscard]] core::webauthn::Result<core::webauthn::VerifiedAssertion> verify() const;
  [[nodiscard]] std::optional<core::webauthn::Code> refusal() const;
};

}  // namespace firstkey::tests
