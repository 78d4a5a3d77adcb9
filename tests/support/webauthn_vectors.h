#pragma once
// The W3C's WebAuthn Level 3 test vectors, each with the expectations it was made for: many lack
// user verification, some may be backed up, some come from a frame of another origin.

#include <string>
#include <vector>

#include "core/webauthn/assertion_verifier.h"
#include "core/webauthn/registration_verifier.h"

namespace firstkey::tests {

struct WebauthnVector {
  std::string name;  ///< "packed-es256"
  core::webauthn::RegistrationResponse registration;
  core::webauthn::RegistrationExpectations expected;  ///< no trust store: the test sets its own
  core::webauthn::AuthenticationResponse authentication;
  core::webauthn::AssertionExpectations expected_assertion;

  /// Its format is one firstkey verifies.
  [[nodiscard]] bool is_verifiable() const;
  /// Signed by a certificate that leads to webauthn_vector_root().
  [[nodiscard]] bool is_certified() const;
};

[[nodiscard]] const std::vector<WebauthnVector>& webauthn_vectors();
[[nodiscard]] const WebauthnVector& webauthn_vector(const std::string& name);
/// DER.
[[nodiscard]] const core::Bytes& webauthn_vector_root();

}  // namespace firstkey::tests
