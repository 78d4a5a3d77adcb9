#include "tests/support/made_ceremony.h"

#include <doctest/doctest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "tests/support/cbor_items.h"

namespace firstkey::tests {

namespace {

namespace webauthn = core::webauthn;
using core::Bytes;
using core::BytesView;

const Bytes& challenge() {
  static const Bytes kChallenge(32, 0xC4);
  return kChallenge;
}
const Bytes& user_handle() {
  static const Bytes kHandle{1, 2, 3};
  return kHandle;
}

webauthn::ClientData client_data(std::string_view type) {
  return {.type = std::string(type),
          .challenge = challenge(),
          .origin = "https://example.org",
          .is_cross_origin = false,
          .top_origin = std::nullopt};
}

webauthn::CeremonyExpectations expectations() {
  webauthn::CeremonyExpectations expected;
  expected.challenge = challenge();
  expected.rp_id = "example.org";
  expected.origins = {"https://example.org"};
  return expected;
}

Bytes signed_message(BytesView authenticator_data, BytesView client_data_json) {
  auto message = core::to_bytes(authenticator_data);
  cbor::append(message, core::sha256(client_data_json));
  return message;
}

template <class Value>
std::optional<webauthn::Code> code_of(const webauthn::Result<Value>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}

}  // namespace

CredentialKey::CredentialKey() : key_(EVP_EC_gen("P-256")) {
  REQUIRE(key_ != nullptr);
}

Bytes CredentialKey::cose() const {
  Bytes point(65);
  std::size_t size = 0;
  REQUIRE(EVP_PKEY_get_octet_string_param(
              key_.get(), "encoded-pub-key", point.data(), point.size(), &size) == 1);
  REQUIRE(size == point.size());
  const BytesView view(point);
  return cbor::map({{cbor::integer(1), cbor::integer(2)},
                    {cbor::integer(3), cbor::integer(-7)},
                    {cbor::integer(-1), cbor::integer(1)},
                    {cbor::integer(-2), cbor::bytes(view.subspan(1, 32))},
                    {cbor::integer(-3), cbor::bytes(view.subspan(33, 32))}});
}

Bytes sign_with(EVP_PKEY* key, BytesView message) {
  const webauthn::EvpMdCtxPtr context(EVP_MD_CTX_new());
  REQUIRE(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  std::size_t size = 0;
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  Bytes signature(size);
  REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
          1);
  signature.resize(size);
  return signature;
}

Bytes AuthenticatorDataShape::encode() const {
  Bytes bytes;
  cbor::append(bytes, core::sha256(core::as_bytes(rp_id)));
  bytes.push_back(static_cast<std::uint8_t>(flags));
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes.push_back(static_cast<std::uint8_t>(sign_count >> shift));
  }
  if ((flags & kAt) != 0) {
    cbor::append(bytes, aaguid);
    bytes.push_back(static_cast<std::uint8_t>(credential_id.size() >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(credential_id.size()));
    cbor::append(bytes, credential_id);
    cbor::append(bytes, public_key);
  }
  cbor::append(bytes, extensions);
  cbor::append(bytes, tail);
  return bytes;
}

Bytes packed_statement(std::int64_t algorithm,
                       BytesView signature,
                       const std::vector<Bytes>& certificates) {
  std::vector<std::pair<Bytes, Bytes>> members{
      {cbor::text("alg"), cbor::integer(algorithm)},
      {cbor::text("sig"), cbor::bytes(signature)},
  };
  if (!certificates.empty()) {
    std::vector<Bytes> items;
    for (const auto& der : certificates) items.push_back(cbor::bytes(der));
    members.emplace_back(cbor::text("x5c"), cbor::array(items));
  }
  return cbor::map(members);
}

Bytes attestation_object(const std::string& format,
                         BytesView statement,
                         BytesView authenticator_data) {
  return cbor::map({{cbor::text("fmt"), cbor::text(format)},
                    {cbor::text("attStmt"), core::to_bytes(statement)},
                    {cbor::text("authData"), cbor::bytes(authenticator_data)}});
}

MadeRegistration::MadeRegistration() : client(client_data(webauthn::kTypeCreate)) {
  data.public_key = key.cose();
  statement = [this](BytesView message) {
    return packed_statement(-7, sign_with(key.get(), message), {});
  };
  expected.ceremony = expectations();
  expected.algorithms = {webauthn::Algorithm::kEs256};
  expected.now = core::from_rfc3339("2026-05-01T12:00:00Z").value();
}

void MadeRegistration::attest_with(const IssuedCertificate& leaf,
                                   const std::vector<Bytes>& others) {
  std::vector<Bytes> certificates{leaf.der};
  certificates.insert(certificates.end(), others.begin(), others.end());
  statement = [signer = leaf.key.get(), certificates](BytesView message) {
    return packed_statement(-7, sign_with(signer, message), certificates);
  };
}

webauthn::RegistrationResponse MadeRegistration::response() const {
  auto authenticator_data = data.encode();
  if (rewrite) rewrite(authenticator_data);
  auto text = webauthn::serialize(client);
  if (reword) reword(text);
  webauthn::RegistrationResponse response;
  response.id = data.credential_id;
  response.client_data_json = core::to_bytes(core::as_bytes(text));
  const auto made = statement(signed_message(authenticator_data, response.client_data_json));
  response.attestation_object = attestation_object(format, made, authenticator_data);
  for (const auto& edit : edits) edit(response);
  return response;
}

webauthn::Result<webauthn::VerifiedCredential> MadeRegistration::verify() const {
  return webauthn::RegistrationVerifier::verify(response(), expected);
}

std::optional<webauthn::Code> MadeRegistration::refusal() const {
  return code_of(verify());
}

MadeAssertion::MadeAssertion() : client(client_data(webauthn::kTypeGet)) {
  data.flags = kUp | kUv;
  data.sign_count = 8;
  stored = {.id = data.credential_id,
            .user_handle = user_handle(),
            .public_key = key.cose(),
            .sign_count = 7,
            .is_backup_eligible = false};
  expected.ceremony = expectations();
  expected.allow_credentials = {data.credential_id};
  expected.user_handle = user_handle();
}

webauthn::AuthenticationResponse MadeAssertion::response() const {
  webauthn::AuthenticationResponse response;
  response.id = data.credential_id;
  response.client_data_json = core::to_bytes(core::as_bytes(webauthn::serialize(client)));
  response.authenticator_data = data.encode();
  response.signature =
      sign_with(key.get(), signed_message(response.authenticator_data, response.client_data_json));
  response.user_handle = user_handle();
  for (const auto& edit : edits) edit(response);
  return response;
}

webauthn::Result<webauthn::VerifiedAssertion> MadeAssertion::verify() const {
  return webauthn::AssertionVerifier::verify(response(), expected, stored);
}

std::optional<webauthn::Code> MadeAssertion::refusal() const {
  return code_of(verify());
}

}  // namespace firstkey::tests
