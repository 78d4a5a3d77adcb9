#include "tests/conformance/faults/fault.h"

#include <doctest/doctest.h>

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/json.h"
#include "tests/support/cbor_items.h"

namespace firstkey::tests {

namespace webauthn = core::webauthn;
using core::Bytes;
using core::BytesView;

void Forgery::certify(const CertificateShape& shape, const std::vector<Bytes>& others) {
  leaf = issue(shape, root);
  attest_with(leaf, others);
  expected.attestation = webauthn::AttestationRule::kEnforced;
}

void Forgery::certify_u2f(const CertificateShape& shape) {
  leaf = issue(shape, root);
  format = "fido-u2f";
  statement = [this](BytesView message) {
    return u2f_statement(sign_with(leaf.key.get(), u2f_message(message)), {leaf.der});
  };
  expected.attestation = webauthn::AttestationRule::kEnforced;
}

Bytes Forgery::u2f_message(BytesView packed_message) const {
  Bytes message{0x00};
  cbor::append(message, packed_message.first(32));
  cbor::append(message, packed_message.last(32));
  cbor::append(message, data.credential_id);
  cbor::append(message, webauthn::CoseKey::parse(data.public_key).value().encoded_point());
  return message;
}

std::string Forgery::text() const {
  auto made = response();
  if (respell) respell(made.attestation_object);
  // A client repeats what it can read, and nothing of what it cannot.
  if (const auto object = webauthn::AttestationObject::parse(made.attestation_object)) {
    made.authenticator_data = core::to_bytes(object->authenticator_data);
  }
  if (const auto loaded = webauthn::CoseKey::parse(data.public_key)) {
    made.public_key = loaded->subject_public_key_info();
    made.public_key_algorithm = webauthn::to_cose(loaded->algorithm());
  }
  made.transports = {"usb"};
  made.cred_props_rk = true;
  auto json = webauthn::to_json(made);
  if (retype) retype(json);
  return json;
}

std::optional<webauthn::Code> Forgery::judged() const {
  const auto trust = webauthn::TrustStore::create(roots);
  REQUIRE(trust);
  auto terms = expected;
  terms.trust_store = &trust.value();
  const auto parsed = webauthn::parse_registration_response(text());
  if (!parsed) return parsed.error().code;
  const auto verified = webauthn::RegistrationVerifier::verify(parsed.value(), terms);
  if (!verified) return verified.error().code;
  return std::nullopt;
}

Bytes u2f_statement(BytesView signature, const std::vector<Bytes>& certificates) {
  std::vector<Bytes> items;
  for (const auto& der : certificates) items.push_back(cbor::bytes(der));
  return cbor::map(
      {{cbor::text("sig"), cbor::bytes(signature)}, {cbor::text("x5c"), cbor::array(items)}});
}

void replace(std::string& text, std::string_view part, std::string_view by) {
  const auto at = text.find(part);
  REQUIRE(at != std::string::npos);
  text.replace(at, part.size(), by);
}

}  // namespace firstkey::tests
