// What metadata makes of a registration: whom its entry condemns, and whose chain it vouches for.

#include <doctest/doctest.h>

#include "tests/support/made_ceremony.h"
#include "tests/support/made_metadata.h"
#include "tests/support/webauthn_vectors.h"

using firstkey::core::AttestationLevel;
using firstkey::core::Bytes;
using firstkey::core::webauthn::Attestation;
using firstkey::core::webauthn::AttestationRule;
using firstkey::core::webauthn::CheckOutcome;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::MetadataService;
using firstkey::core::webauthn::RegistrationVerifier;
using firstkey::core::webauthn::TrustStore;
using firstkey::tests::CertificateShape;
using firstkey::tests::entry_with_status;
using firstkey::tests::EntryShape;
using firstkey::tests::issue;
using firstkey::tests::IssuedCertificate;
using firstkey::tests::key_identifier_of;
using firstkey::tests::kMetadataTime;
using firstkey::tests::made_metadata;
using firstkey::tests::MadeRegistration;
using firstkey::tests::self_signed;
using firstkey::tests::webauthn_vector;
using firstkey::tests::webauthn_vector_root;

namespace {

/// A registration attested by a maker whose root a metadata entry may hold.
struct Attested {
  explicit Attested(const MetadataService& metadata) {
    made.attest_with(leaf);
    made.expected.metadata = &metadata;
    made.expected.now = kMetadataTime;
  }

  static const IssuedCertificate& root() {
    static const auto kRoot = self_signed(CertificateShape::authority("Maker Root"));
    return kRoot;
  }
  [[nodiscard]] Attestation attestation() const {
    return made.verify().value().value().attestation;
  }

  IssuedCertificate leaf = issue({}, root());
  MadeRegistration made;
};

MetadataService vouching_for(const std::string& aaguid) {
  return made_metadata({.entries = {{.aaguid = aaguid, .roots = {Attested::root().der}}}});
}

/// Where a check of this name stands in what `made` passed.
CheckOutcome outcome(const MadeRegistration& made, std::string_view name) {
  const auto verified = made.verify();
  REQUIRE(verified);
  for (const auto& check : verified->value().checks) {
    if (check.name == name) return check.outcome;
  }
  FAIL("no such check");
  return CheckOutcome::kPassed;
}

}  // namespace

TEST_SUITE("core/webauthn/registration_metadata") {
  TEST_CASE("a chain to a root of the model's own entry is trusted") {
    const auto metadata = vouching_for(EntryShape{}.aaguid);
    Attested key(metadata);
    key.made.expected.attestation = AttestationRule::kEnforced;
    const auto attestation = key.attestation();
    CHECK(attestation.level == AttestationLevel::kAttested);
    CHECK(attestation.trust_root == "CN=Maker Root");
    CHECK(attestation.metadata_number == 7);
    CHECK(attestation.is_model_proven);
    CHECK(outcome(key.made, "authenticator_status") == CheckOutcome::kPassed);
  }

  TEST_CASE("a chain to a root of another model's entry is not") {
    const auto metadata = vouching_for("00000000-0000-0000-0000-000000000001");
    Attested key(metadata);
    CHECK(key.attestation().level == AttestationLevel::kNotAttested);
    CHECK(outcome(key.made, "authenticator_status") == CheckOutcome::kNotAsked);
    key.made.expected.attestation = AttestationRule::kEnforced;
    CHECK(key.made.refusal() == Code::kAttestationNotTrusted);
  }

  TEST_CASE("a listed root is trusted beside metadata, which is then not what vouched") {
    const auto metadata = made_metadata({.entries = {EntryShape{}}});
    const auto listed = TrustStore::create(std::vector<Bytes>{Attested::root().der});
    Attested key(metadata);
    CHECK(key.attestation().level == AttestationLevel::kNotAttested);
    key.made.expected.trust_store = &listed.value();
    CHECK(key.attestation().trust_root == "CN=Maker Root");
    CHECK_FALSE(key.attestation().metadata_number);
    CHECK_FALSE(key.attestation().is_model_proven);
  }

  TEST_CASE("firmware and serial number count of a certificate whose chain is trusted alone") {
    CertificateShape shape;
    shape.extensions = {{"1.3.6.1.4.1.45724.1.1.5", "DER:02:01:07"},
                        {"1.3.6.1.4.1.45724.1.1.2", "DER:04:01:09"}};
    const auto leaf = issue(shape, Attested::root());
    const auto listed = TrustStore::create(std::vector<Bytes>{Attested::root().der});
    MadeRegistration made;
    made.attest_with(leaf);
    const auto untrusted = made.verify();
    CHECK_FALSE(untrusted->value().attestation.firmware);
    CHECK_FALSE(untrusted->value().attestation.serial);
    made.expected.trust_store = &listed.value();
    const auto trusted = made.verify();
    CHECK(trusted->value().attestation.firmware == 7);
    CHECK(trusted->value().attestation.serial == Bytes{9});
  }

  TEST_CASE("a root that is listed for a model vouches for it, and for no other") {
    const auto metadata = made_metadata({.entries = {EntryShape{}}});
    firstkey::core::webauthn::ModelTrustStores stores;
    stores.emplace(Bytes(16, 9),
                   TrustStore::create(std::vector<Bytes>{Attested::root().der}).value());
    Attested key(metadata);
    key.made.expected.model_trust_stores = &stores;
    CHECK(key.attestation().level == AttestationLevel::kNotAttested);
    stores.emplace(key.made.data.aaguid,
                   TrustStore::create(std::vector<Bytes>{Attested::root().der}).value());
    CHECK(key.attestation().level == AttestationLevel::kAttested);
    CHECK(key.attestation().is_model_proven);
    const auto listed = TrustStore::create(std::vector<Bytes>{Attested::root().der});
    key.made.expected.trust_store = &listed.value();
    CHECK(key.attestation().is_model_proven);
  }

  TEST_CASE("self attestation claims a model and proves none") {
    const auto metadata = vouching_for(EntryShape{}.aaguid);
    MadeRegistration made;
    made.expected.metadata = &metadata;
    made.expected.now = kMetadataTime;
    CHECK(made.verify()->value().attestation.level == AttestationLevel::kNotAttested);
    made.expected.attestation = AttestationRule::kEnforced;
    CHECK(made.refusal() == Code::kAttestationNotTrusted);
  }

  TEST_CASE("metadata that is out of date vouches for nobody, and says so") {
    const auto metadata = vouching_for(EntryShape{}.aaguid);
    Attested key(metadata);
    auto& expected = key.made.expected;
    expected.metadata_rules.grace = std::chrono::days(0);
    const auto end = metadata.next_update() + std::chrono::days(1);
    expected.now = end - std::chrono::microseconds(1);
    CHECK(key.attestation().level == AttestationLevel::kAttested);
    expected.now = end;
    CHECK(key.attestation().level == AttestationLevel::kNotAttested);
    CHECK(key.attestation().not_trusted_reason.contains("was in force until"));
    expected.metadata_rules.grace = std::chrono::days(1);
    CHECK(key.attestation().level == AttestationLevel::kAttested);
  }

  TEST_CASE("a condemned model is refused, listed root or not, and when out of date too") {
    auto entry = entry_with_status({{"status", "REVOKED"}});
    const auto metadata = made_metadata({.entries = {entry}});
    const auto listed = TrustStore::create(std::vector<Bytes>{Attested::root().der});
    Attested key(metadata);
    CHECK(key.made.refusal() == Code::kAuthenticatorRevoked);
    key.made.expected.trust_store = &listed.value();
    CHECK(key.made.refusal() == Code::kAuthenticatorRevoked);
    key.made.expected.now += std::chrono::days(365);
    CHECK(key.made.refusal() == Code::kAuthenticatorRevoked);
  }

  TEST_CASE("a key without a certificate that says it is of a condemned model is refused") {
    const auto metadata = made_metadata({.entries = {entry_with_status({{"status", "REVOKED"}})}});
    MadeRegistration made;
    made.expected.metadata = &metadata;
    CHECK(made.refusal() == Code::kAuthenticatorRevoked);
  }

  TEST_CASE("what the policy lets pass, passes") {
    const auto metadata =
        made_metadata({.entries = {entry_with_status({{"status", "USER_VERIFICATION_BYPASS"}})}});
    Attested key(metadata);
    CHECK(key.made.refusal() == Code::kUserVerificationBypassed);
    key.made.expected.metadata_rules.refuses_user_verification_bypass = false;
    CHECK_FALSE(key.made.refusal());
  }

  TEST_CASE("a batch whose key is lost is refused, its maker's other batches are not") {
    const auto lost = issue({}, Attested::root());
    auto entry = entry_with_status({{"status", "ATTESTATION_KEY_COMPROMISE"},
                                    {"certificate", firstkey::tests::to_base64(lost.der)}});
    entry.roots = {Attested::root().der};
    const auto metadata = made_metadata({.entries = {entry}});
    Attested key(metadata);
    CHECK(key.attestation().level == AttestationLevel::kAttested);
    MadeRegistration of_lost;
    of_lost.attest_with(lost);
    of_lost.expected.metadata = &metadata;
    of_lost.expected.now = kMetadataTime;
    CHECK(of_lost.refusal() == Code::kAttestationKeyCompromised);
  }

  TEST_CASE("a U2F key is judged by its certificate's key, whatever AAGUID it has") {
    auto vector = webauthn_vector("fido-u2f-es256");
    const auto plain = RegistrationVerifier::verify(vector.registration, vector.expected);
    const auto leaf = plain.value().value().attestation.trust_path.front();
    EntryShape entry{.aaguid = "",
                     .key_identifiers = {key_identifier_of(leaf)},
                     .roots = {webauthn_vector_root()}};
    const auto metadata = made_metadata({.entries = {entry}});
    vector.expected.metadata = &metadata;
    vector.expected.now = kMetadataTime;
    firstkey::core::webauthn::ModelTrustStores stores;
    stores.emplace(plain.value().value().aaguid,
                   TrustStore::create(std::vector<Bytes>{webauthn_vector_root()}).value());
    vector.expected.model_trust_stores = &stores;
    const auto verified = RegistrationVerifier::verify(vector.registration, vector.expected);
    CHECK(verified.value().value().attestation.metadata_number == 7);
    // Its signature is over no AAGUID: whatever vouches for the key, the model is not proven.
    CHECK_FALSE(verified.value().value().attestation.is_model_proven);
    vector.expected.metadata = nullptr;
    CHECK_FALSE(RegistrationVerifier::verify(vector.registration, vector.expected)
                    .value()
                    .value()
                    .attestation.is_model_proven);
    vector.expected.metadata = &metadata;

    entry.reports.emplace_back(boost::json::object{{"status", "REVOKED"}});
    const auto revoked = made_metadata({.entries = {entry}});
    vector.expected.metadata = &revoked;
    CHECK(RegistrationVerifier::verify(vector.registration, vector.expected).error().code ==
          Code::kAuthenticatorRevoked);
  }

  TEST_CASE("a registered key is condemned by what it sent then") {
    const auto lost = issue({}, Attested::root());
    const auto metadata = made_metadata(
        {.entries = {entry_with_status({{"status", "ATTESTATION_KEY_COMPROMISE"},
                                        {"certificate", firstkey::tests::to_base64(lost.der)}})}});
    const auto condemned = [&](const MadeRegistration& made) {
      const auto object = made.response().attestation_object;
      const auto checked = metadata.check_registered(object, {}, kMetadataTime);
      return checked ? std::optional<Code>() : checked.error().code;
    };
    MadeRegistration of_lost;
    of_lost.attest_with(lost, {Attested::root().der});
    CHECK(condemned(of_lost) == Code::kAttestationKeyCompromised);
    const Attested other(metadata);
    CHECK_FALSE(condemned(other.made));
    CHECK_FALSE(condemned(MadeRegistration()));
    MadeRegistration of_unknown_model;
    of_unknown_model.attest_with(lost);
    of_unknown_model.data.aaguid = Bytes(16, 1);
    CHECK_FALSE(condemned(of_unknown_model));
  }

  TEST_CASE("what is no attestation object is told as that") {
    const auto metadata = made_metadata({});
    for (const auto& object : {Bytes{}, Bytes{0xA0}, Bytes(100, 0xFF)}) {
      CHECK(metadata.check_registered(object, {}, kMetadataTime).error().code ==
            Code::kAttestationObjectMalformed);
    }
  }
}
