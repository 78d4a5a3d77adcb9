#pragma once
// Verifying an assertion, WebAuthn L3 §7.2. Its first duty is the identity link: the credential,
// its owner and the user handle in the response must be the same party before any key is used.

#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/webauthn/check.h"
#include "core/webauthn/error.h"
#include "core/webauthn/expectations.h"
#include "core/webauthn/responses.h"
#include "core/webauthn/verdict.h"

namespace firstkey::core::webauthn {

struct AssertionExpectations {
  CeremonyExpectations ceremony;
  std::vector<Bytes> allow_credentials;  ///< ids the options listed; empty: none were listed
  /// The user handle of the user this ceremony is about, if known before it began. Without one,
  /// the response must name the user.
  std::optional<Bytes> user_handle;
};

/// What the caller's store holds under the id in the response.
struct StoredCredential {
  Bytes id;
  Bytes user_handle;
  Bytes public_key;  ///< COSE_Key
  std::uint32_t sign_count = 0;
  bool is_backup_eligible = false;
};

/// Proof of an assertion that passed §7.2: only AssertionVerifier makes one. The caller stores
/// sign_count() and is_backed_up() (step 24).
class VerifiedAssertion {
 public:
  [[nodiscard]] const Bytes& credential_id() const noexcept { return credential_id_; }
  [[nodiscard]] std::uint32_t sign_count() const noexcept { return sign_count_; }
  [[nodiscard]] bool is_backed_up() const noexcept { return is_backed_up_; }
  [[nodiscard]] bool is_user_verified() const noexcept { return is_user_verified_; }
  [[nodiscard]] const std::vector<Check>& checks() const noexcept { return checks_; }

 private:
  friend class AssertionVerifier;
  VerifiedAssertion() = default;
  Bytes credential_id_;
  std::uint32_t sign_count_ = 0;
  bool is_backed_up_ = false;
  bool is_user_verified_ = false;
  std::vector<Check> checks_;
};

/// What verify() answers, and the tree of how it came to it.
struct ExplainedAssertion {
  Result<VerifiedAssertion> assertion;
  VerdictNode verdict;
};

struct AuthenticatorData;

class AssertionVerifier {
 public:
  /// Errors: kCredentialNotAllowed, kUserHandle…, those of client and authenticator data,
  /// kBackupEligibilityChanged, kSignatureInvalid, kSignCountNotIncreased, and those of
  /// CoseKey::parse for a stored key that does not read.
  /// Threads: any. Does no I/O and keeps nothing.
  [[nodiscard]] static Result<VerifiedAssertion> verify(const AuthenticationResponse& response,
                                                        const AssertionExpectations& expectations,
                                                        const StoredCredential& credential);

  /// The same by the same steps, told as they run.
  [[nodiscard]] static ExplainedAssertion explain(const AuthenticationResponse& response,
                                                  const AssertionExpectations& expectations,
                                                  const StoredCredential& credential);

 private:
  /// Of an assertion that passed every step.
  [[nodiscard]] static VerifiedAssertion proof(const AuthenticationResponse& response,
                                               const AuthenticatorData& data,
                                               std::vector<Check> checks);
};

}  // namespace firstkey::core::webauthn
