#include "tests/support/made_metadata.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

namespace firstkey::tests {

namespace {

namespace json = boost::json;

IssuedCertificate leaf_of(const IssuedCertificate& issuer,
                          const std::string& subject_alternative_name,
                          KeyKind key) {
  CertificateShape shape;
  shape.subject = {{"CN", "Metadata signer"}};
  shape.subject_alternative_name = subject_alternative_name;
  shape.key = key;
  shape.serial = 3;
  return issue(shape, issuer);
}

IssuedCertificate intermediate_of(const IssuedCertificate& issuer) {
  auto shape = CertificateShape::authority("Metadata Intermediate");
  shape.serial = 2;
  return issue(shape, issuer);
}

core::Bytes der_signature(evp_pkey_st* key, core::BytesView message) {
  const core::webauthn::EvpMdCtxPtr context(EVP_MD_CTX_new());
  REQUIRE(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  std::size_t size = 0;
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  core::Bytes signature(size);
  REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
          1);
  signature.resize(size);
  return signature;
}

/// r and s side by side, as JSON Web Signatures have them.
core::Bytes raw_signature(const core::Bytes& der) {
  const auto* at = der.data();
  const core::webauthn::EcdsaSigPtr signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  constexpr int kNumber = 32;
  core::Bytes raw(2 * kNumber);
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), kNumber) == kNumber);
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + kNumber, kNumber) ==
          kNumber);
  return raw;
}

bool is_rsa(const IssuedCertificate& certificate) {
  return EVP_PKEY_get_base_id(certificate.key.get()) == EVP_PKEY_RSA;
}

}  // namespace

std::string to_base64(core::BytesView bytes) {
  auto text = core::to_base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text.push_back('=');
  return text;
}

std::string key_identifier_of(const core::Bytes& certificate) {
  const auto parsed = core::webauthn::Certificate::parse(certificate);
  unsigned char* point = nullptr;
  const auto size = EVP_PKEY_get1_encoded_public_key(parsed->public_key(), &point);
  const core::webauthn::OpensslBytesPtr owner(point);
  core::Bytes digest(20);
  REQUIRE(EVP_Digest(point, size, digest.data(), nullptr, EVP_sha1(), nullptr) == 1);
  return core::to_hex(digest);
}

json::object EntryShape::json() const {
  json::array certificates;
  for (const auto& root : roots) certificates.emplace_back(to_base64(root));
  json::object entry{{"metadataStatement",
                      {{"description", description},
                       {"authenticatorVersion", 5},
                       {"attestationRootCertificates", std::move(certificates)}}},
                     {"statusReports", reports},
                     {"timeOfLastStatusChange", "2025-01-01"}};
  if (!get_info.empty()) {
    entry["metadataStatement"].as_object()["authenticatorGetInfo"] = get_info;
  }
  if (!aaguid.empty()) entry["aaguid"] = aaguid;
  if (!key_identifiers.empty()) {
    entry["attestationCertificateKeyIdentifiers"] =
        json::array(key_identifiers.begin(), key_identifiers.end());
  }
  return entry;
}

EntryShape entry_with_status(json::object report) {
  EntryShape entry;
  entry.reports.emplace_back(std::move(report));
  return entry;
}

std::string PayloadShape::json() const {
  json::array list;
  for (const auto& entry : entries) list.push_back(entry.json());
  return json::serialize(
      json::object{{"no", number}, {"nextUpdate", next_update}, {"entries", std::move(list)}});
}

MetadataSigner::MetadataSigner(const std::string& subject_alternative_name, KeyKind leaf_key)
    : root(self_signed(CertificateShape::authority("Metadata Root"))),
      intermediate(intermediate_of(root)),
      leaf(leaf_of(intermediate, subject_alternative_name, leaf_key)) {}

json::object MetadataSigner::header() const {
  return {{"alg", is_rsa(leaf) ? "RS256" : "ES256"},
          {"typ", "JWT"},
          {"x5c", {to_base64(leaf.der), to_base64(intermediate.der)}}};
}

std::string MetadataSigner::sign(const json::object& header, const std::string& payload) const {
  const auto text = core::to_base64url(core::as_bytes(json::serialize(header))) + "." +
                    core::to_base64url(core::as_bytes(payload));
  const auto signature = der_signature(leaf.key.get(), core::as_bytes(text));
  return text + "." + core::to_base64url(is_rsa(leaf) ? signature : raw_signature(signature));
}

const MetadataSigner& metadata_signer() {
  static const MetadataSigner kSigner;
  return kSigner;
}

core::webauthn::MetadataService made_metadata(const PayloadShape& payload) {
  auto service = core::webauthn::MetadataService::verify(
      metadata_signer().blob(payload), metadata_signer().anchors(), kMetadataTime);
  REQUIRE_MESSAGE(service, (service ? std::string() : service.error().detail));
  return std::move(service.value());
}

}  // namespace firstkey::tests
