#include <doctest/doctest.h>

#include "core/webauthn/attestation_object.h"
#include "tests/support/cbor_items.h"
#include "tests/support/made_ceremony.h"

using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::webauthn::AttestationType;
using firstkey::core::webauthn::Code;
using firstkey::tests::CertificateShape;
using firstkey::tests::issue;
using firstkey::tests::KeyKind;
using firstkey::tests::MadeRegistration;
using firstkey::tests::packed_statement;
using firstkey::tests::self_signed;
using firstkey::tests::sign_with;
namespace cbor = firstkey::tests::cbor;

namespace {

/// What a registration with this statement, whatever it is to sign, is refused with.
std::optional<Code> refusal_of(const Bytes& statement) {
  MadeRegistration registration;
  registration.statement = [statement](BytesView) { return statement; };
  return registration.refusal();
}

/// What a registration attested by a leaf of this shape is refused with.
std::optional<Code> refusal_of(const CertificateShape& shape) {
  const auto leaf = self_signed(shape);
  MadeRegistration registration;
  registration.attest_with(leaf);
  return registration.refusal();
}

const std::pair<Bytes, Bytes> kAlg{cbor::text("alg"), cbor::integer(-7)};
const std::pair<Bytes, Bytes> kSig{cbor::text("sig"), cbor::bytes(Bytes{1})};

}  // namespace

TEST_SUITE("core/webauthn/attestation_packed") {
  TEST_CASE("a statement by the credential's own key is self attestation") {
    const MadeRegistration registration;
    const auto verified = registration.verify();
    REQUIRE(verified);
    CHECK(verified->value().attestation.type == AttestationType::kSelf);
    CHECK(verified->value().attestation.trust_path.empty());
  }

  TEST_CASE("a statement by a certificate keeps the path, leaf first") {
    const auto root = self_signed(CertificateShape::authority("Root"));
    const auto leaf = issue({}, root);
    MadeRegistration registration;
    registration.attest_with(leaf, {root.der});
    const auto verified = registration.verify();
    REQUIRE(verified);
    CHECK(verified->value().attestation.type == AttestationType::kCertified);
    CHECK(verified->value().attestation.trust_path == std::vector<Bytes>{leaf.der, root.der});
  }

  TEST_CASE("a statement that is not alg, sig and perhaps x5c is malformed") {
    for (const auto& statement : {cbor::map({}),
                                  cbor::map({kAlg}),
                                  cbor::map({kSig}),
                                  cbor::map({{cbor::text("alg"), cbor::text("ES256")}, kSig}),
                                  cbor::map({kAlg, {cbor::text("sig"), cbor::text("x")}}),
                                  cbor::map({kAlg, {cbor::text("ver"), cbor::text("2")}}),
                                  cbor::map({kAlg, kSig, {cbor::text("ecdaaKeyId"), Bytes{0x40}}}),
                                  cbor::array({})}) {
      CHECK(refusal_of(statement) == Code::kAttestationStatementMalformed);
    }
  }

  TEST_CASE("x5c is a list of one to eight certificates") {
    const auto with = [](const Bytes& x5c) {
      return refusal_of(cbor::map({kAlg, kSig, {cbor::text("x5c"), x5c}}));
    };
    CHECK(with(cbor::array({})) == Code::kAttestationStatementMalformed);
    CHECK(with(cbor::integer(1)) == Code::kAttestationStatementMalformed);
    CHECK(with(cbor::array({cbor::text("x")})) == Code::kAttestationStatementMalformed);
    CHECK(with(cbor::array({cbor::bytes(Bytes{0x30})})) == Code::kCertificateMalformed);
    const auto der = self_signed({}).der;
    const auto repeated = [&](std::size_t count) {
      return cbor::array(std::vector<Bytes>(count, cbor::bytes(der)));
    };
    CHECK(with(repeated(8)) == Code::kAttestationSignatureInvalid);
    CHECK(with(repeated(9)) == Code::kAttestationStatementMalformed);
  }

  TEST_CASE("keys of the statement are canonical") {
    CHECK(refusal_of(cbor::map({kSig, kAlg})) == Code::kCborNotCanonical);
  }

  TEST_CASE("self attestation is by the credential's algorithm") {
    CHECK(refusal_of(packed_statement(-257, Bytes{1}, {})) == Code::kAttestationAlgorithmMismatch);
    CHECK(refusal_of(packed_statement(-65535, Bytes{1}, {})) == Code::kAlgorithmUnsupported);
  }

  TEST_CASE("a signature by another key is refused, self and certified") {
    MadeRegistration registration;
    const auto other = self_signed({});
    registration.statement = [&](BytesView message) {
      return packed_statement(-7, sign_with(other.key.get(), message), {});
    };
    CHECK(registration.refusal() == Code::kAttestationSignatureInvalid);
    const auto leaf = self_signed({});
    registration.statement = [&](BytesView message) {
      return packed_statement(-7, sign_with(other.key.get(), message), {leaf.der});
    };
    CHECK(registration.refusal() == Code::kAttestationSignatureInvalid);
  }

  TEST_CASE("the signature is by the first certificate, not by any in the list") {
    const auto signer = self_signed({});
    const auto first = self_signed({});
    MadeRegistration registration;
    registration.statement = [&](BytesView message) {
      return packed_statement(-7, sign_with(signer.key.get(), message), {first.der, signer.der});
    };
    CHECK(registration.refusal() == Code::kAttestationSignatureInvalid);
  }

  TEST_CASE("an algorithm that the certificate's key is not of is refused") {
    CertificateShape shape;
    shape.key = KeyKind::kRsa2048;
    CHECK(refusal_of(shape) == Code::kAttestationSignatureInvalid);
  }

  TEST_CASE("the certificate's profile and AAGUID are checked whether it is trusted or not") {
    CertificateShape authority;
    authority.basic_constraints = "critical,CA:TRUE";
    CHECK(refusal_of(authority) == Code::kCertificateProfileViolated);
    CertificateShape other_model;
    other_model.aaguid_extension = "DER:0410" + std::string(32, '0');
    CHECK(refusal_of(other_model) == Code::kCertificateAaguidMismatch);
    other_model.aaguid_extension = "DER:0410a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";
    CHECK_FALSE(refusal_of(other_model));
  }
}
