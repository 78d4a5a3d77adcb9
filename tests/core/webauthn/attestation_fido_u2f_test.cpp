#include <doctest/doctest.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/cose_key.h"
#include "tests/support/cbor_items.h"
#include "tests/support/made_ceremony.h"

using firstkey::core::Bytes;
using firstkey::core::BytesView;
using firstkey::core::webauthn::AttestationType;
using firstkey::core::webauthn::Code;
using firstkey::core::webauthn::CoseKey;
using firstkey::tests::CertificateShape;
using firstkey::tests::IssuedCertificate;
using firstkey::tests::KeyKind;
using firstkey::tests::MadeRegistration;
using firstkey::tests::self_signed;
using firstkey::tests::sign_with;
namespace cbor = firstkey::tests::cbor;

namespace {

Bytes u2f_statement(const Bytes& signature, const std::vector<Bytes>& certificates) {
  std::vector<Bytes> items;
  for (const auto& der : certificates) items.push_back(cbor::bytes(der));
  return cbor::map(
      {{cbor::text("sig"), cbor::bytes(signature)}, {cbor::text("x5c"), cbor::array(items)}});
}

/// 0x00 || rpIdHash || clientDataHash || credentialId || point, out of what packed would sign.
Bytes u2f_message(const MadeRegistration& registration, BytesView packed_message) {
  Bytes message{0x00};
  cbor::append(message, packed_message.first(32));
  cbor::append(message, packed_message.last(32));
  cbor::append(message, registration.data.credential_id);
  cbor::append(message, CoseKey::parse(registration.data.public_key).value().encoded_point());
  return message;
}

/// A U2F registration attested by `signer`, with `certificates` in x5c.
struct U2fRegistration : MadeRegistration {
  U2fRegistration(const IssuedCertificate& signer, const std::vector<Bytes>& certificates) {
    format = "fido-u2f";
    statement = [this, key = signer.key.get(), certificates](BytesView message) {
      return u2f_statement(sign_with(key, u2f_message(*this, message)), certificates);
    };
  }
};

std::optional<Code> refusal_of(const Bytes& statement) {
  MadeRegistration registration;
  registration.format = "fido-u2f";
  registration.statement = [statement](BytesView) { return statement; };
  return registration.refusal();
}

}  // namespace

TEST_SUITE("core/webauthn/attestation_fido_u2f") {
  TEST_CASE("a good statement is certified") {
    const auto leaf = self_signed({});
    const auto verified = U2fRegistration(leaf, {leaf.der}).verify();
    REQUIRE(verified);
    CHECK(verified->value().attestation.format == "fido-u2f");
    CHECK(verified->value().attestation.type == AttestationType::kCertified);
    CHECK(verified->value().attestation.trust_path == std::vector<Bytes>{leaf.der});
  }

  TEST_CASE("its certificate need not fit the profile of packed attestation") {
    CertificateShape bare;
    bare.subject = {{"CN", "U2F key"}};
    bare.basic_constraints.clear();
    const auto leaf = self_signed(bare);
    CHECK_FALSE(U2fRegistration(leaf, {leaf.der}).refusal());
  }

  TEST_CASE("the statement is exactly sig and x5c") {
    const auto leaf = self_signed({}).der;
    const std::pair<Bytes, Bytes> sig{cbor::text("sig"), cbor::bytes(Bytes{1})};
    const std::pair<Bytes, Bytes> x5c{cbor::text("x5c"), cbor::array({cbor::bytes(leaf)})};
    for (const auto& statement :
         {cbor::map({}),
          cbor::map({sig}),
          cbor::map({x5c}),
          cbor::map({{cbor::text("alg"), cbor::integer(-7)}, sig, x5c}),
          cbor::map({{cbor::text("sig"), cbor::text("x")}, x5c}),
          cbor::map({sig, {cbor::text("x5d"), cbor::array({cbor::bytes(leaf)})}}),
          cbor::map({sig, {cbor::text("x5c"), cbor::integer(1)}})}) {
      CHECK(refusal_of(statement) == Code::kAttestationStatementMalformed);
    }
  }

  TEST_CASE("x5c has one certificate, not two") {
    const auto leaf = self_signed({});
    CHECK(U2fRegistration(leaf, {leaf.der, leaf.der}).refusal() ==
          Code::kAttestationStatementMalformed);
  }

  TEST_CASE("the certificate's key is on P-256") {
    for (const auto kind : {KeyKind::kP384, KeyKind::kRsa2048}) {
      CertificateShape shape;
      shape.key = kind;
      const auto leaf = self_signed(shape);
      CHECK(U2fRegistration(leaf, {leaf.der}).refusal() == Code::kCertificateProfileViolated);
    }
  }

  TEST_CASE("a signature by another key is refused") {
    const auto leaf = self_signed({});
    const auto other = self_signed({});
    CHECK(U2fRegistration(other, {leaf.der}).refusal() == Code::kAttestationSignatureInvalid);
  }

  TEST_CASE("what packed would sign is not what U2F signs") {
    const auto leaf = self_signed({});
    MadeRegistration registration;
    registration.format = "fido-u2f";
    registration.statement = [&](BytesView message) {
      return u2f_statement(sign_with(leaf.key.get(), message), {leaf.der});
    };
    CHECK(registration.refusal() == Code::kAttestationSignatureInvalid);
  }
}
