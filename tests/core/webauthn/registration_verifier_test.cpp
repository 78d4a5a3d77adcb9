#include "core/webauthn/registration_verifier.h"

#include <array>

#include <doctest/doctest.h>

#include "core/webauthn/client_data.h"
#include "core/webauthn/cose_key.h"
#include "tests/support/cbor_items.h"
#include "tests/support/made_ceremony.h"
#include "tests/support/made_metadata.h"

using firstkey::core::AttestationLevel;
using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::webauthn::Algorithm;
using firstkey::core::webauthn::AttestationRule;
using firstkey::core::webauthn::AttestationType;
using firstkey::core::webauthn::AuthenticatorAttachment;
using firstkey::core::webauthn::BackupRule;
using firstkey::core::webauthn::CheckOutcome;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::CoseKey;
using firstkey::core::webauthn::CredentialProtection;
using firstkey::core::webauthn::CrossOriginRule;
using firstkey::core::webauthn::kTypeGet;
using firstkey::core::webauthn::MetadataService;
using firstkey::core::webauthn::RegistrationExpectations;
using firstkey::core::webauthn::RegistrationResponse;
using firstkey::core::webauthn::RegistrationVerifier;
using firstkey::core::webauthn::TrustStore;
using firstkey::core::webauthn::UserVerificationRule;
using firstkey::tests::CertificateShape;
using firstkey::tests::entry_with_status;
using firstkey::tests::issue;
using firstkey::tests::IssuedCertificate;
using firstkey::tests::kAt;
using firstkey::tests::kBe;
using firstkey::tests::kBs;
using firstkey::tests::kEd;
using firstkey::tests::kUp;
using firstkey::tests::kUv;
using firstkey::tests::made_metadata;
using firstkey::tests::MadeRegistration;
using firstkey::tests::packed_statement;
using firstkey::tests::self_signed;
namespace cbor = firstkey::tests::cbor;

namespace {

void set_extensions(MadeRegistration& r, const char* name, std::int64_t value) {
  r.data.flags |= kEd;
  r.data.extensions = cbor::map({{cbor::text(name), cbor::integer(value)}});
}

/// Metadata that revokes the model of every MadeRegistration.
const MetadataService& revoking_metadata() {
  static const auto kRevoking =
      made_metadata({.entries = {entry_with_status({{"status", "REVOKED"}})}});
  return kRevoking;
}

/// A step, what breaks it and nothing before it, and the code it fails with.
struct Breaker {
  const char* step;
  Code code;
  void (*spoil)(MadeRegistration&);
};

// In the order of the standard: WebAuthn L3 §7.1.
constexpr auto kBreakers = std::to_array<Breaker>({
    {"client_data",
     Code::kJsonMalformed,
     [](MadeRegistration& r) {
       r.edits.emplace_back(
           [](RegistrationResponse& response) { response.client_data_json = {'{'}; });
     }},
    {"type", Code::kTypeMismatch, [](MadeRegistration& r) { r.client.type = kTypeGet; }},
    {"challenge",
     Code::kChallengeMismatch,
     [](MadeRegistration& r) { r.expected.ceremony.challenge.back() ^= 1U; }},
    {"origin",
     Code::kOriginNotAllowed,
     [](MadeRegistration& r) { r.client.origin = "https://example.org.evil"; }},
    {"cross_origin",
     Code::kCrossOriginNotAllowed,
     [](MadeRegistration& r) {
       r.client.is_cross_origin = true;
       r.expected.ceremony.cross_origin = CrossOriginRule::kRefused;
     }},
    {"top_origin",
     Code::kTopOriginNotAllowed,
     [](MadeRegistration& r) {
       r.client.is_cross_origin = true;
       r.client.top_origin = "https://evil.example";
       r.expected.ceremony.cross_origin = CrossOriginRule::kAllowed;
     }},
    {"attestation_object",
     Code::kCredentialDataMissing,
     [](MadeRegistration& r) { r.data.flags &= ~static_cast<unsigned>(kAt); }},
    {"rp_id_hash", Code::kRpIdMismatch, [](MadeRegistration& r) { r.data.rp_id = "example.com"; }},
    {"user_present",
     Code::kUserNotPresent,
     [](MadeRegistration& r) { r.data.flags &= ~static_cast<unsigned>(kUp); }},
    {"user_verified",
     Code::kUserNotVerified,
     [](MadeRegistration& r) { r.data.flags &= ~static_cast<unsigned>(kUv); }},
    {"backup_state",
     Code::kBackupStateInvalid,
     [](MadeRegistration& r) {
       r.data.flags = (r.data.flags & ~static_cast<unsigned>(kBe)) | kBs;
     }},
    {"backup_eligibility",
     Code::kBackupEligibleNotAllowed,
     [](MadeRegistration& r) { r.data.flags |= kBe; }},
    {"algorithm",
     Code::kAlgorithmNotAllowed,
     [](MadeRegistration& r) { r.expected.algorithms = {Algorithm::kRs256}; }},
    {"consistency",
     Code::kResponseInconsistent,
     [](MadeRegistration& r) {
       r.edits.emplace_back([](RegistrationResponse& response) { response.id.push_back(0); });
     }},
    {"format", Code::kAttestationFormatUnknown, [](MadeRegistration& r) { r.format = "compound"; }},
    {"statement",
     Code::kAttestationStatementMalformed,
     [](MadeRegistration& r) { r.statement = [](BytesView) { return cbor::map({}); }; }},
    {"statement_algorithm",
     Code::kAttestationAlgorithmMismatch,
     [](MadeRegistration& r) {
       r.statement = [](BytesView) { return packed_statement(-8, Bytes{1}, {}); };
     }},
    {"statement_signature",
     Code::kAttestationSignatureInvalid,
     [](MadeRegistration& r) {
       r.statement = [](BytesView) { return packed_statement(-7, Bytes{1}, {}); };
     }},
    {"attestation_certificate",
     Code::kCertificateProfileViolated,
     [](MadeRegistration& r) {
       static const auto kLeaf = self_signed({.subject = {{"CN", "No maker"}}});
       r.attest_with(kLeaf);
     }},
    {"authenticator_status",
     Code::kAuthenticatorRevoked,
     [](MadeRegistration& r) { r.expected.metadata = &revoking_metadata(); }},
    {"trust",
     Code::kAttestationNotTrusted,
     [](MadeRegistration& r) { r.expected.attestation = AttestationRule::kEnforced; }},
    {"credential_id_length",
     Code::kCredentialIdTooLong,
     [](MadeRegistration& r) { r.data.credential_id = Bytes(1024, 1); }},
    {"extension_outputs",
     Code::kExtensionOutputInvalid,
     [](MadeRegistration& r) { set_extensions(r, "credProtect", 4); }},
});

}  // namespace

TEST_SUITE("core/webauthn/registration_verifier") {
  TEST_CASE("a good registration passes every step, in the standard's order") {
    const MadeRegistration registration;
    const auto verified = registration.verify();
    REQUIRE(verified);
    const auto& checks = verified->value().checks;
    REQUIRE(checks.size() == kBreakers.size());
    for (std::size_t i = 0; i < checks.size(); ++i) CHECK(checks[i].name == kBreakers[i].step);
  }

  TEST_CASE("each step fails alone, with its own code") {
    for (const auto& breaker : kBreakers) {
      CAPTURE(breaker.step);
      MadeRegistration registration;
      breaker.spoil(registration);
      CHECK(registration.refusal() == breaker.code);
    }
  }

  TEST_CASE("of two broken steps the earlier decides") {
    for (std::size_t earlier = 0; earlier < kBreakers.size(); ++earlier) {
      for (std::size_t later = earlier + 1; later < kBreakers.size(); ++later) {
        CAPTURE(kBreakers[earlier].step);
        CAPTURE(kBreakers[later].step);
        MadeRegistration registration;
        kBreakers[later].spoil(registration);
        kBreakers[earlier].spoil(registration);
        CHECK(registration.refusal() == kBreakers[earlier].code);
      }
    }
  }

  TEST_CASE("expectations nobody filled in allow nothing") {
    const MadeRegistration registration;
    const auto response = registration.response();
    const auto refused = RegistrationVerifier::verify(response, RegistrationExpectations{});
    CHECK(refused.error().code == Code::kChallengeMismatch);
  }

  TEST_CASE("each empty list or text of the expectations allows nothing") {
    const auto refusal = [](auto clear) {
      MadeRegistration registration;
      clear(registration.expected);
      return registration.refusal();
    };
    CHECK(refusal([](auto& e) { e.ceremony.origins.clear(); }) == Code::kOriginNotAllowed);
    CHECK(refusal([](auto& e) { e.ceremony.rp_id.clear(); }) == Code::kRpIdMismatch);
    CHECK(refusal([](auto& e) { e.algorithms.clear(); }) == Code::kAlgorithmNotAllowed);
    MadeRegistration empty_challenge;
    empty_challenge.expected.ceremony.challenge.clear();
    empty_challenge.client.challenge.clear();
    CHECK(empty_challenge.refusal() == Code::kChallengeMismatch);
  }

  TEST_CASE("an origin is compared whole") {
    for (const char* origin : {"https://example.org:8443",
                               "https://example.org/",
                               "http://example.org",
                               "https://EXAMPLE.org",
                               "https://a.example.org",
                               ""}) {
      MadeRegistration registration;
      registration.client.origin = origin;
      CAPTURE(origin);
      CHECK(registration.refusal() == Code::kOriginNotAllowed);
    }
  }

  TEST_CASE("a frame of another origin needs the permission, and its page a place in the list") {
    MadeRegistration registration;
    registration.client.is_cross_origin = true;
    registration.expected.ceremony.cross_origin = CrossOriginRule::kAllowed;
    CHECK_FALSE(registration.refusal());
    registration.client.top_origin = "https://example.com";
    CHECK(registration.refusal() == Code::kTopOriginNotAllowed);
    registration.expected.ceremony.top_origins = {"https://example.com"};
    CHECK_FALSE(registration.refusal());
  }

  TEST_CASE("a top origin without crossOrigin is refused even when it is listed") {
    MadeRegistration registration;
    registration.expected.ceremony.cross_origin = CrossOriginRule::kAllowed;
    registration.expected.ceremony.top_origins = {"https://example.com"};
    registration.edits.emplace_back([](RegistrationResponse& response) {
      const std::string_view with = R"("topOrigin":"https://example.com"})";
      response.client_data_json.back() = ',';
      cbor::append(response.client_data_json, firstkey::core::as_bytes(with));
    });
    CHECK(registration.refusal() == Code::kTopOriginNotAllowed);
  }

  TEST_CASE("what is not asked is told as not asked") {
    MadeRegistration registration;
    registration.expected.ceremony.user_verification = UserVerificationRule::kNotRequired;
    registration.expected.ceremony.backup = BackupRule::kBackupEligibleAllowed;
    registration.data.flags = kUp | kAt | kBe | kBs;
    const auto verified = registration.verify();
    REQUIRE(verified);
    CHECK_FALSE(verified->value().is_user_verified);
    CHECK(verified->value().is_backed_up);
    for (const auto& check : verified->value().checks) {
      const bool is_asked = check.name != "attestation_certificate" &&
                            check.name != "user_verified" && check.name != "cross_origin" &&
                            check.name != "top_origin" && check.name != "backup_eligibility" &&
                            check.name != "authenticator_status" && check.name != "trust";
      CAPTURE(check.name);
      CHECK((check.outcome == CheckOutcome::kPassed) == is_asked);
    }
  }

  TEST_CASE("every member a client repeats must be what the key said") {
    const auto refusal = [](std::function<void(RegistrationResponse&)> edit) {
      MadeRegistration registration;
      registration.edits.push_back(std::move(edit));
      return registration.refusal();
    };
    CHECK(refusal([](auto& r) { r.authenticator_data = Bytes(37); }) ==
          Code::kResponseInconsistent);
    CHECK(refusal([](auto& r) { r.public_key = Bytes{1}; }) == Code::kResponseInconsistent);
    CHECK(refusal([](auto& r) { r.public_key_algorithm = -257; }) == Code::kResponseInconsistent);
    CHECK(refusal([](auto& r) { r.id.clear(); }) == Code::kResponseInconsistent);
  }

  TEST_CASE("repetitions that agree are accepted") {
    MadeRegistration registration;
    registration.edits.emplace_back([&](RegistrationResponse& response) {
      response.authenticator_data = registration.data.encode();
      response.public_key =
          CoseKey::parse(registration.data.public_key).value().subject_public_key_info();
      response.public_key_algorithm = -7;
    });
    CHECK_FALSE(registration.refusal());
  }

  TEST_CASE("a credential id of 1023 bytes is taken, of 1024 not") {
    for (const std::size_t size : {1022U, 1023U, 1024U}) {
      MadeRegistration registration;
      registration.data.credential_id = Bytes(size, 1);
      CHECK(registration.refusal().has_value() == (size > 1023));
    }
  }

  TEST_CASE("extension outputs are within their ranges, in threes") {
    struct Row {
      const char* name;
      std::int64_t least;
      std::int64_t most;
    };
    for (const auto& row : {Row{"credProtect", 1, 3}, Row{"minPinLength", 4, 63}}) {
      CAPTURE(row.name);
      for (const auto value : {row.least - 1, row.least, row.most, row.most + 1}) {
        MadeRegistration registration;
        set_extensions(registration, row.name, value);
        const bool is_within = value >= row.least && value <= row.most;
        CHECK(registration.verify().has_value() == is_within);
      }
    }
  }

  TEST_CASE("the record tells what the key and the client said") {
    MadeRegistration registration;
    set_extensions(registration, "credProtect", 3);
    registration.edits.emplace_back([](RegistrationResponse& response) {
      response.transports = {"usb"};
      response.attachment = AuthenticatorAttachment::kCrossPlatform;
      response.cred_props_rk = true;
    });
    const auto response = registration.response();
    const auto verified = RegistrationVerifier::verify(response, registration.expected);
    REQUIRE(verified);
    const auto& record = verified->value();
    CHECK(record.id == registration.data.credential_id);
    CHECK(record.public_key == registration.data.public_key);
    CHECK(record.algorithm == Algorithm::kEs256);
    CHECK(record.sign_count == 7);
    CHECK(record.aaguid == registration.data.aaguid);
    CHECK(record.transports == response.transports);
    CHECK(record.attachment == response.attachment);
    CHECK(record.extensions.credential_protection ==
          CredentialProtection::kUserVerificationRequired);
    CHECK(record.extensions.cred_props_rk == true);
    CHECK(record.attestation_object == response.attestation_object);
    CHECK(record.client_data_json == response.client_data_json);
  }

  TEST_CASE("enforced attestation accepts a chain to a listed root and nothing else") {
    const auto root = self_signed(CertificateShape::authority("Root"));
    const auto leaf = issue({}, root);
    const auto trust = TrustStore::create(std::vector<Bytes>{root.der});
    REQUIRE(trust);
    MadeRegistration registration;
    registration.attest_with(leaf);
    registration.expected.attestation = AttestationRule::kEnforced;
    CHECK(registration.refusal() == Code::kAttestationNotTrusted);
    registration.expected.trust_store = &trust.value();
    const auto verified = registration.verify();
    REQUIRE(verified);
    CHECK(verified->value().attestation.level == AttestationLevel::kAttested);
    CHECK(verified->value().attestation.trust_root == "CN=Root");
  }

  TEST_CASE("without enforcement an unknown maker is accepted as not attested, with the reason") {
    const auto leaf = self_signed({});
    MadeRegistration registration;
    registration.attest_with(leaf);
    const auto verified = registration.verify();
    REQUIRE(verified);
    CHECK(verified->value().attestation.level == AttestationLevel::kNotAttested);
    CHECK(verified->value().attestation.type == AttestationType::kCertified);
    CHECK_FALSE(verified->value().attestation.not_trusted_reason.empty());
  }

  TEST_CASE("a statement of format none is empty, and proves nobody") {
    MadeRegistration registration;
    registration.format = "none";
    registration.statement = [](BytesView) { return cbor::map({}); };
    const auto verified = registration.verify();
    REQUIRE(verified);
    CHECK(verified->value().attestation.type == AttestationType::kNone);
    registration.statement = [](BytesView) { return packed_statement(-7, Bytes{1}, {}); };
    CHECK(registration.refusal() == Code::kAttestationStatementMalformed);
  }
}
