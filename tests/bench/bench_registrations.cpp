#include "tests/bench/bench_registrations.h"

#include "core/webauthn/attestation_object.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/cbor.h"
#include "core/webauthn/cose_key.h"
#include "core/webauthn/json.h"
#include "tests/support/webauthn_vectors.h"

namespace firstkey::tests {

namespace {

namespace webauthn = core::webauthn;
using core::Bytes;
using core::BytesView;

/// The statement's signature and leaf; both absent in format none.
void read_statement(BytesView statement, Registration& registration) {
  webauthn::CborReader reader(statement);
  auto map = reader.read_map().value();
  while (const auto key = reader.next_text_key(map).value()) {
    if (key == "sig") {
      registration.signature = core::to_bytes(reader.read_bytes().value());
    } else if (key == "x5c") {
      static_cast<void>(reader.read_array().value());
      registration.leaf = core::to_bytes(reader.read_bytes().value());
    } else {
      static_cast<void>(reader.read_any().value());
    }
  }
}

Registration taken_apart(const webauthn::RegistrationResponse& response,
                         const webauthn::RegistrationExpectations& expected) {
  Registration registration;
  registration.expected = expected;
  registration.attestation_object = response.attestation_object;
  const auto object = webauthn::AttestationObject::parse(registration.attestation_object).value();
  const auto data = webauthn::AuthenticatorData::parse(object.authenticator_data).value();
  read_statement(object.statement, registration);
  registration.signed_bytes = core::to_bytes(object.authenticator_data);
  const auto hash = core::sha256(response.client_data_json);
  registration.signed_bytes.insert(registration.signed_bytes.end(), hash.begin(), hash.end());

  const auto key = webauthn::CoseKey::parse(data.credential->public_key).value();
  registration.point = key.encoded_point();
  auto sent = response;
  sent.authenticator_data = core::to_bytes(object.authenticator_data);
  sent.public_key = key.subject_public_key_info();
  sent.public_key_algorithm = webauthn::to_cose(key.algorithm());
  registration.json = webauthn::to_json(sent);
  if (!registration.leaf.empty()) {
    registration.expected.attestation = webauthn::AttestationRule::kEnforced;
  }
  return registration;
}

}  // namespace

Registration read_registration(const std::string& name) {
  const auto& vector = webauthn_vector(name);
  return taken_apart(vector.registration, vector.expected);
}

webauthn::TrustStore trust_in(const Bytes& root) {
  return std::move(webauthn::TrustStore::create(std::vector<Bytes>{root}).value());
}

Strangers make_strangers(void (Forgery::*certify)()) {
  constexpr auto kMany = webauthn::ChainMemory::kMostChains + 64;
  Strangers strangers;
  Forgery made;
  strangers.root = made.root.der;
  for (std::size_t i = 0; i < kMany; ++i) {
    (made.*certify)();
    strangers.registrations.push_back(taken_apart(made.response(), made.expected));
  }
  return strangers;
}

}  // namespace firstkey::tests
