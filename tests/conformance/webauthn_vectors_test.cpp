// The W3C's WebAuthn Level 3 test vectors: every one of the formats firstkey verifies passes, and
// with any single byte changed that matters it is refused with the code of the step it breaks.

#include "tests/support/webauthn_vectors.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/client_data.h"

using firstkey::core::AttestationLevel;
using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::webauthn::AssertionVerifier;
using firstkey::core::webauthn::AttestationObject;
using firstkey::core::webauthn::AttestationRule;
using firstkey::core::webauthn::AttestationType;
using firstkey::core::webauthn::AuthenticatorData;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::RegistrationResponse;
using firstkey::core::webauthn::RegistrationVerifier;
using firstkey::core::webauthn::StoredCredential;
using firstkey::core::webauthn::to_string;
using firstkey::core::webauthn::TrustStore;
using firstkey::tests::webauthn_vector;
using firstkey::tests::webauthn_vector_root;
using firstkey::tests::webauthn_vectors;
using firstkey::tests::WebauthnVector;

namespace {

/// The code `response` is refused with; nothing if it is accepted.
std::optional<Code> refusal(const WebauthnVector& vector, const RegistrationResponse& response) {
  const auto verified = RegistrationVerifier::verify(response, vector.expected);
  if (verified) return std::nullopt;
  return verified.error().code;
}

std::optional<Code> assertion_refusal(const WebauthnVector& vector,
                                      const StoredCredential& stored) {
  const auto verified =
      AssertionVerifier::verify(vector.authentication, vector.expected_assertion, stored);
  if (verified) return std::nullopt;
  return verified.error().code;
}

StoredCredential stored_from(const WebauthnVector& vector) {
  const auto object = AttestationObject::parse(vector.registration.attestation_object).value();
  const auto data = AuthenticatorData::parse(object.authenticator_data).value();
  return {.id = vector.registration.id,
          .user_handle = {1, 2, 3},
          .public_key = firstkey::core::to_bytes(data.credential->public_key),
          .sign_count = data.sign_count,
          .is_backup_eligible = data.is_backup_eligible};
}

/// Where `part`, a view into the vector's attestation object, begins in it.
std::size_t offset_of(const WebauthnVector& vector, BytesView part) {
  return static_cast<std::size_t>(part.data() - vector.registration.attestation_object.data());
}

/// Changes each byte of `part` in turn and collects the codes the result is refused with.
std::set<Code> refusals_of_changes(const WebauthnVector& vector, BytesView part) {
  std::set<Code> codes;
  const auto start = offset_of(vector, part);
  for (std::size_t i = 0; i < part.size(); ++i) {
    auto changed = vector.registration;
    changed.attestation_object[start + i] ^= 0x01U;
    const auto object = AttestationObject::parse(changed.attestation_object);
    const auto data = object ? AuthenticatorData::parse(object->authenticator_data)
                             : std::unexpected(firstkey::core::webauthn::Error{
                                   .code = Code::kCborTruncated, .detail = {}});
    if (data && data->credential) changed.id = firstkey::core::to_bytes(data->credential->id);
    const auto code = refusal(vector, changed);
    CAPTURE(vector.name);
    CAPTURE(i);
    REQUIRE(code);
    codes.insert(code.value());
  }
  return codes;
}

/// The signature inside the statement: the value after the text "sig".
BytesView signature_in(const WebauthnVector& vector) {
  const auto object = AttestationObject::parse(vector.registration.attestation_object).value();
  const std::string_view key = "csig";  // 0x63, "sig"
  const auto at =
      std::search(object.statement.begin(), object.statement.end(), key.begin(), key.end());
  REQUIRE(at != object.statement.end());
  const auto head = static_cast<std::size_t>(at - object.statement.begin()) + key.size();
  const std::uint8_t initial = object.statement[head];
  if (initial == 0x58) return object.statement.subspan(head + 2, object.statement[head + 1]);
  if (initial == 0x59) {
    return object.statement.subspan(
        head + 3,
        static_cast<std::size_t>(object.statement[head + 1]) << 8U | object.statement[head + 2]);
  }
  return object.statement.subspan(head + 1, initial & 0x1FU);
}

AuthenticatorData data_in(const WebauthnVector& vector) {
  const auto object = AttestationObject::parse(vector.registration.attestation_object).value();
  return AuthenticatorData::parse(object.authenticator_data).value();
}

}  // namespace

TEST_SUITE("conformance/webauthn_vectors") {
  TEST_CASE("every registration of a format we verify passes") {
    int verified_in_all = 0;
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable()) continue;
      CAPTURE(vector.name);
      const auto verified = RegistrationVerifier::verify(vector.registration, vector.expected);
      REQUIRE_MESSAGE(verified,
                      to_string(verified.error().code) << ": " << verified.error().detail);
      CHECK(verified->value().id == vector.registration.id);
      CHECK(verified->value().attestation.level == AttestationLevel::kNotAttested);
      ++verified_in_all;
    }
    CHECK(verified_in_all == 12);
  }

  TEST_CASE("every authentication with such a credential passes") {
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable()) continue;
      CAPTURE(vector.name);
      const auto verified = AssertionVerifier::verify(
          vector.authentication, vector.expected_assertion, stored_from(vector));
      REQUIRE_MESSAGE(verified,
                      to_string(verified.error().code) << ": " << verified.error().detail);
      CHECK(verified->credential_id() == vector.registration.id);
    }
  }

  TEST_CASE("certified ones lead to the vectors' root, the others do not") {
    const std::vector<Bytes> roots{webauthn_vector_root()};
    const auto trust = TrustStore::create(roots);
    REQUIRE(trust);
    for (auto vector : webauthn_vectors()) {
      if (!vector.is_verifiable()) continue;
      CAPTURE(vector.name);
      vector.expected.trust_store = &trust.value();
      vector.expected.attestation = AttestationRule::kEnforced;
      const auto verified = RegistrationVerifier::verify(vector.registration, vector.expected);
      CHECK(verified.has_value() == vector.is_certified());
      if (!verified) {
        CHECK(verified.error().code == Code::kAttestationNotTrusted);
      } else {
        CHECK(verified->value().attestation.level == AttestationLevel::kAttested);
        CHECK(verified->value().attestation.type == AttestationType::kCertified);
        CHECK(verified->value().attestation.trust_root.find("WebAuthn test vectors") !=
              std::string::npos);
      }
    }
  }

  TEST_CASE("formats we do not verify are refused by name") {
    CHECK(refusal(webauthn_vector("tpm-es256"), webauthn_vector("tpm-es256").registration) ==
          Code::kAttestationTpmUnsupported);
    CHECK(refusal(webauthn_vector("android-key-es256"),
                  webauthn_vector("android-key-es256").registration) ==
          Code::kAttestationAndroidKeyUnsupported);
    CHECK(refusal(webauthn_vector("apple-es256"), webauthn_vector("apple-es256").registration) ==
          Code::kAttestationAppleUnsupported);
  }

  TEST_CASE("any byte of an attestation signature changed is refused") {
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable() || vector.name.starts_with("none")) continue;
      CHECK(refusals_of_changes(vector, signature_in(vector)) ==
            std::set{Code::kAttestationSignatureInvalid});
    }
  }

  TEST_CASE("any byte of the RP ID's hash changed is refused") {
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable()) continue;
      CHECK(refusals_of_changes(vector, data_in(vector).rp_id_hash) ==
            std::set{Code::kRpIdMismatch});
    }
  }

  TEST_CASE("any byte of the challenge changed is refused") {
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable()) continue;
      for (std::size_t i = 0; i < vector.expected.ceremony.challenge.size(); ++i) {
        auto changed = vector;
        changed.expected.ceremony.challenge[i] ^= 0x01U;
        CHECK(refusal(changed, changed.registration) == Code::kChallengeMismatch);
      }
    }
  }

  TEST_CASE("any byte of a signed credential key changed is refused") {
    // Without a statement nothing signs the key; there the changed key fails at the first
    // assertion.
    const std::set<Code> allowed{Code::kAttestationSignatureInvalid,
                                 Code::kPublicKeyInvalid,
                                 Code::kCoseKeyMalformed,
                                 Code::kAlgorithmUnsupported,
                                 Code::kCborNotCanonical,
                                 Code::kCborUnexpectedType,
                                 Code::kCborDuplicateKey,
                                 Code::kCborTruncated,
                                 Code::kAuthenticatorDataMalformed,
                                 Code::kAttestationAlgorithmMismatch};
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable() || vector.name.starts_with("none")) continue;
      for (const auto code : refusals_of_changes(vector, data_in(vector).credential->public_key)) {
        CAPTURE(to_string(code));
        CHECK(allowed.contains(code));
      }
    }
  }

  TEST_CASE("any byte of a stored key or of an assertion's signature changed is refused") {
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable()) continue;
      CAPTURE(vector.name);
      const auto stored = stored_from(vector);
      for (std::size_t i = 0; i < stored.public_key.size(); ++i) {
        auto changed = stored;
        changed.public_key[i] ^= 0x01U;
        CHECK(assertion_refusal(vector, changed));
      }
      for (std::size_t i = 0; i < vector.authentication.signature.size(); ++i) {
        auto changed = vector;
        changed.authentication.signature[i] ^= 0x01U;
        CHECK(assertion_refusal(changed, stored) == Code::kSignatureInvalid);
      }
    }
  }

  TEST_CASE("any byte of an assertion's RP ID hash or challenge changed is refused") {
    for (const auto& vector : webauthn_vectors()) {
      if (!vector.is_verifiable()) continue;
      CAPTURE(vector.name);
      for (std::size_t i = 0; i < 32; ++i) {
        auto changed = vector;
        changed.authentication.authenticator_data[i] ^= 0x01U;
        CHECK(assertion_refusal(changed, stored_from(vector)) == Code::kRpIdMismatch);
        auto asked = vector;
        asked.expected_assertion.ceremony.challenge[i] ^= 0x01U;
        CHECK(assertion_refusal(asked, stored_from(vector)) == Code::kChallengeMismatch);
      }
    }
  }

  TEST_CASE(
      "no prefix of an attestation object is one, and no flipped byte passes where all is signed") {
    const std::vector<Bytes> roots{webauthn_vector_root()};
    const auto trust = TrustStore::create(roots);
    REQUIRE(trust);
    for (auto vector : webauthn_vectors()) {
      CAPTURE(vector.name);
      vector.expected.trust_store = &trust.value();
      if (vector.is_certified()) vector.expected.attestation = AttestationRule::kEnforced;
      const auto& whole = vector.registration.attestation_object;
      for (std::size_t size = 0; size < whole.size(); ++size) {
        auto cut = vector.registration;
        cut.attestation_object.resize(size);
        CHECK(refusal(vector, cut));
      }
      for (std::size_t i = 0; i < whole.size(); ++i) {
        auto changed = vector.registration;
        changed.attestation_object[i] ^= 0xFFU;
        const auto verified = RegistrationVerifier::verify(changed, vector.expected);
        // Formats none and fido-u2f leave flags, counter and AAGUID unsigned.
        if (vector.name.starts_with("packed")) CHECK_FALSE(verified);
      }
    }
  }

  TEST_CASE("what a vector needs and is not granted is refused with its code") {
    auto cross = webauthn_vector("none-es256-crossOrigin");
    cross.expected.ceremony.cross_origin = firstkey::core::webauthn::CrossOriginRule::kRefused;
    CHECK(refusal(cross, cross.registration) == Code::kCrossOriginNotAllowed);
    auto top = webauthn_vector("none-es256-topOrigin");
    top.expected.ceremony.top_origins.clear();
    CHECK(refusal(top, top.registration) == Code::kTopOriginNotAllowed);
    auto origin = webauthn_vector("none-es256");
    origin.expected.ceremony.origins = {"https://example.com"};
    CHECK(refusal(origin, origin.registration) == Code::kOriginNotAllowed);
    auto algorithm = webauthn_vector("packed-rs256");
    algorithm.expected.algorithms = {firstkey::core::webauthn::Algorithm::kEs256};
    CHECK(refusal(algorithm, algorithm.registration) == Code::kAlgorithmNotAllowed);
  }
}
