#include "tests/support/test_authenticator.h"

#include <algorithm>
#include <utility>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/webauthn/client_data.h"
#include "core/webauthn/json.h"
#include "tests/support/records.h"

namespace firstkey::tests {

namespace {

using core::Bytes;
using core::BytesView;
using core::webauthn::EvpMdCtxPtr;
using core::webauthn::EvpPkeyPtr;
using core::webauthn::X509Ptr;

void append(Bytes& out, BytesView more) {
  out.insert(out.end(), more.begin(), more.end());
}

Bytes concat(Bytes first, BytesView second) {
  append(first, second);
  return first;
}

/// The head of a CBOR byte string of up to 65535 bytes, and the string. Source: RFC 8949 §3.
void append_byte_string(Bytes& out, BytesView bytes) {
  if (bytes.size() <= 0xFF) {
    append(out, Bytes{0x58, static_cast<std::uint8_t>(bytes.size())});
  } else {
    append(out,
           Bytes{0x59,
                 static_cast<std::uint8_t>(bytes.size() >> 8U),
                 static_cast<std::uint8_t>(bytes.size() & 0xFFU)});
  }
  append(out, bytes);
}

Bytes sign(EVP_PKEY* key, const Bytes& message) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  REQUIRE(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  std::size_t size = 0;
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  Bytes signature(size);
  REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
          1);
  signature.resize(size);
  return signature;
}

/// 0x04 || x || y
Bytes point_of(EVP_PKEY* key) {
  unsigned char* encoded = nullptr;
  const auto size = EVP_PKEY_get1_encoded_public_key(key, &encoded);
  const core::webauthn::OpensslBytesPtr owner(encoded);
  REQUIRE(size == 65);
  return {encoded, encoded + size};
}

Bytes cose_key_of(EVP_PKEY* key) {
  const auto point = point_of(key);
  Bytes cose{0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21};  // EC2, ES256, P-256, x
  append_byte_string(cose, BytesView(point).subspan(1, 32));
  cose.push_back(0x22);
  append_byte_string(cose, BytesView(point).subspan(33, 32));
  return cose;
}

void add_name(X509_NAME* name, const char* field, const char* value) {
  REQUIRE(
      X509_NAME_add_entry_by_txt(
          name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value), -1, -1, 0) ==
      1);
}

/// Of the packed profile (WebAuthn L3 §8.2.1), valid around the fake clock's day.
Bytes make_attestation_certificate(EVP_PKEY* key) {
  const X509Ptr certificate(X509_new());
  REQUIRE(X509_set_version(certificate.get(), 2) == 1);
  REQUIRE(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1);
  auto start = std::chrono::system_clock::to_time_t(kStart);
  REQUIRE(X509_time_adj_ex(X509_getm_notBefore(certificate.get()), -1, 0, &start) != nullptr);
  REQUIRE(X509_time_adj_ex(X509_getm_notAfter(certificate.get()), 30, 0, &start) != nullptr);
  auto* name = X509_get_subject_name(certificate.get());
  add_name(name, "C", "DE");
  add_name(name, "O", "Test Keys");
  add_name(name, "OU", "Authenticator Attestation");
  add_name(name, "CN", "Test Key 1");
  REQUIRE(X509_set_issuer_name(certificate.get(), name) == 1);
  REQUIRE(X509_set_pubkey(certificate.get(), key) == 1);
  auto* constraints =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:FALSE");
  REQUIRE(X509_add_ext(certificate.get(), constraints, -1) == 1);
  X509_EXTENSION_free(constraints);
  REQUIRE(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  Bytes der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
  auto* at = der.data();
  REQUIRE(i2d_X509(certificate.get(), &at) > 0);
  return der;
}

Bytes client_data(std::string_view type, const Bytes& challenge, const std::string& origin) {
  return bytes_of(core::webauthn::serialize(
      {.type = std::string(type), .challenge = challenge, .origin = origin}));
}

}  // namespace

TestAuthenticator::TestAuthenticator(const std::string& name)
    : id(bytes_of(name, 32)),
      key_(EVP_EC_gen("P-256")),
      attestation_key_(EVP_EC_gen("P-256")),
      certificate_(make_attestation_certificate(attestation_key_.get())) {}

Bytes TestAuthenticator::authenticator_data(const std::string& rp_id) const {
  constexpr unsigned kUp = 0x01;
  constexpr unsigned kUv = 0x04;
  constexpr unsigned kBe = 0x08;
  constexpr unsigned kBs = 0x10;
  const auto hash = core::sha256(core::as_bytes(rp_id));
  Bytes data(hash.begin(), hash.end());
  data.push_back(
      static_cast<std::uint8_t>((is_user_present ? kUp : 0U) | (is_user_verified ? kUv : 0U) |
                                (is_backup_eligible ? kBe : 0U) | (is_backed_up ? kBs : 0U)));
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    data.push_back(static_cast<std::uint8_t>(sign_count >> shift));
  }
  return data;
}

Bytes TestAuthenticator::attested_credential() const {
  Bytes data = aaguid;
  data.push_back(static_cast<std::uint8_t>(id.size() >> 8U));
  data.push_back(static_cast<std::uint8_t>(id.size() & 0xFFU));
  append(data, id);
  append(data, cose_key_of(key_.get()));
  return data;
}

Bytes TestAuthenticator::statement_over(const Bytes& message) const {
  constexpr std::uint8_t kMap = 0xA0;
  if (statement == Statement::kNone) return {kMap};
  const bool is_certified = statement == Statement::kCertified;
  auto signature = sign(is_certified ? attestation_key_.get() : key_.get(), message);
  if (signs_wrongly) signature.back() ^= 1U;
  Bytes bytes{static_cast<std::uint8_t>(kMap | (is_certified ? 3U : 2U))};
  append(bytes, Bytes{0x63, 'a', 'l', 'g', 0x26, 0x63, 's', 'i', 'g'});
  append_byte_string(bytes, signature);
  if (is_certified) {
    append(bytes, Bytes{0x63, 'x', '5', 'c', 0x81});
    append_byte_string(bytes, certificate_);
  }
  return bytes;
}

std::string TestAuthenticator::make(const core::IssuedOptions& issued) const {
  constexpr std::uint8_t kAttestedData = 0x40;
  const auto options = core::webauthn::parse_creation_options(issued.json);
  REQUIRE(options);
  auto data = authenticator_data(options->rp.id);
  data[32] |= kAttestedData;
  append(data, attested_credential());
  auto client =
      client_data(core::webauthn::kTypeCreate, options->challenge, origin.value_or(issued.origin));
  const auto hash = core::sha256(client);
  const auto made = core::webauthn::make_registration_response(
      {.format = statement == Statement::kNone ? "none" : "packed",
       .statement = statement_over(concat(data, hash)),
       .authenticator_data = data,
       .client_data_json = std::move(client),
       .transports = {"usb"},
       .is_resident = is_resident});
  REQUIRE(made);
  return core::webauthn::to_json(made.value());
}

std::string TestAuthenticator::prove(const core::IssuedOptions& issued) {
  const auto options = core::webauthn::parse_request_options(issued.json);
  REQUIRE(options);
  ++sign_count;
  core::webauthn::AuthenticationResponse response;
  response.id = other_credential.value_or(id);
  response.client_data_json =
      client_data(core::webauthn::kTypeGet, options->challenge, origin.value_or(issued.origin));
  response.authenticator_data = authenticator_data(options->rp_id);
  const auto hash = core::sha256(response.client_data_json);
  response.signature = sign(key_.get(), concat(response.authenticator_data, hash));
  if (signs_wrongly) response.signature.back() ^= 1U;
  response.user_handle = user_handle;
  return core::webauthn::to_json(response);
}

}  // namespace firstkey::tests
