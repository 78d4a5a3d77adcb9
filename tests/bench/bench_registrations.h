#pragma once
// Registrations for benchmarks, as a client sends them and as a bare OpenSSL loop needs them.

#include <string>
#include <vector>

#include "core/webauthn/registration_verifier.h"
#include "tests/conformance/faults/fault.h"

namespace firstkey::tests {

/// One registration, and its pieces.
struct Registration {
  std::string json;
  core::webauthn::RegistrationExpectations expected;
  core::Bytes attestation_object;
  core::Bytes leaf;  ///< DER; empty without x5c
  core::Bytes point;
  core::Bytes signed_bytes;  ///< in format packed
  core::Bytes signature;
};

/// Of the W3C's test vectors. Attestation is enforced where it has a certificate.
[[nodiscard]] Registration read_registration(const std::string& vector);

[[nodiscard]] core::webauthn::TrustStore trust_in(const core::Bytes& root);

/// Registrations with a leaf of their own each, more than a memory holds: taken in turn, every one
/// is verified as if it were the first.
struct Strangers {
  core::Bytes root;
  std::vector<Registration> registrations;
};
[[nodiscard]] Strangers make_strangers(void (Forgery::*certify)());

}  // namespace firstkey::tests
