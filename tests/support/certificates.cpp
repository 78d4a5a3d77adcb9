#include "tests/support/certificates.h"

#include <chrono>

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/webauthn/openssl_handles.h"

namespace firstkey::tests {

namespace {

using core::webauthn::BioPtr;
using core::webauthn::EvpPkeyPtr;
using core::webauthn::X509Ptr;

constexpr const char* kAaguidExtension = "1.3.6.1.4.1.45724.1.1.4";  // id-fido-gen-ce-aaguid

EvpPkeyPtr make_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::kP256:
      return EvpPkeyPtr(EVP_EC_gen("P-256"));
    case KeyKind::kP384:
      return EvpPkeyPtr(EVP_EC_gen("P-384"));
    case KeyKind::kSecp256k1:
      return EvpPkeyPtr(EVP_EC_gen("secp256k1"));
    case KeyKind::kRsa1024:
      return EvpPkeyPtr(EVP_RSA_gen(1024));
    case KeyKind::kRsa2048:
      return EvpPkeyPtr(EVP_RSA_gen(2048));
  }
  return nullptr;
}

void add_extension(X509* certificate, const char* name, const std::string& value) {
  if (value.empty()) return;
  auto* extension = X509V3_EXT_conf(nullptr, nullptr, name, value.c_str());
  REQUIRE(extension != nullptr);
  REQUIRE(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void set_subject(X509* certificate,
                 const std::vector<std::pair<std::string, std::string>>& fields) {
  auto* name = X509_get_subject_name(certificate);
  for (const auto& [field, value] : fields) {
    REQUIRE(X509_NAME_add_entry_by_txt(name,
                                       field.c_str(),
                                       MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()),
                                       -1,
                                       0) == 1);
  }
}

std::time_t seconds_of(core::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

X509Ptr unsigned_certificate(const CertificateShape& shape, EVP_PKEY* key) {
  X509Ptr certificate(X509_new());
  REQUIRE(certificate != nullptr);
  REQUIRE(X509_set_version(certificate.get(), shape.version - 1) == 1);
  REQUIRE(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), shape.serial) == 1);
  REQUIRE(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds_of(shape.not_before)));
  REQUIRE(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds_of(shape.not_after)));
  set_subject(certificate.get(), shape.subject);
  REQUIRE(X509_set_pubkey(certificate.get(), key) == 1);
  add_extension(certificate.get(), "basicConstraints", shape.basic_constraints);
  add_extension(certificate.get(), kAaguidExtension, shape.aaguid_extension);
  for (const auto& [oid, value] : shape.extensions) {
    add_extension(certificate.get(), oid.c_str(), value);
  }
  add_extension(certificate.get(), "subjectAltName", shape.subject_alternative_name);
  return certificate;
}

core::Bytes sign(const X509Ptr& certificate, EVP_PKEY* key, SignatureDigest digest) {
  const auto* algorithm = digest == SignatureDigest::kSha256 ? EVP_sha256() : EVP_sha1();
  REQUIRE(X509_sign(certificate.get(), key, algorithm) > 0);
  core::Bytes der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
  auto* at = der.data();
  REQUIRE(i2d_X509(certificate.get(), &at) > 0);
  return der;
}

X509Ptr parsed(const IssuedCertificate& certificate) {
  const auto* at = certificate.der.data();
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(certificate.der.size())));
}

}  // namespace

CertificateShape CertificateShape::authority(const std::string& common_name) {
  CertificateShape shape;
  shape.subject = {{"CN", common_name}};
  shape.basic_constraints = "critical,CA:TRUE";
  return shape;
}

IssuedCertificate self_signed(const CertificateShape& shape) {
  auto key = make_key(shape.key);
  const auto certificate = unsigned_certificate(shape, key.get());
  REQUIRE(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) == 1);
  auto der = sign(certificate, key.get(), shape.digest);
  return {.der = std::move(der), .key = std::move(key)};
}

IssuedCertificate issue(const CertificateShape& shape, const IssuedCertificate& issuer) {
  auto key = make_key(shape.key);
  const auto certificate = unsigned_certificate(shape, key.get());
  const auto parent = parsed(issuer);
  REQUIRE(X509_set_issuer_name(certificate.get(), X509_get_subject_name(parent.get())) == 1);
  auto der = sign(certificate, issuer.key.get(), shape.digest);
  return {.der = std::move(der), .key = std::move(key)};
}

core::Bytes make_crl(const RevocationListShape& shape, const IssuedCertificate& issuer) {
  const core::webauthn::X509CrlPtr crl(X509_CRL_new());
  const auto parent = parsed(issuer);
  REQUIRE(X509_CRL_set_version(crl.get(), 1) == 1);
  REQUIRE(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(parent.get())) == 1);
  ASN1_TIME* time = ASN1_TIME_set(nullptr, seconds_of(shape.last_update));
  REQUIRE(X509_CRL_set1_lastUpdate(crl.get(), time) == 1);
  REQUIRE(ASN1_TIME_set(time, seconds_of(shape.next_update)) == time);
  REQUIRE(X509_CRL_set1_nextUpdate(crl.get(), time) == 1);
  for (const long serial : shape.serials) {
    X509_REVOKED* revoked = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    REQUIRE(ASN1_INTEGER_set(number, serial) == 1);
    REQUIRE(X509_REVOKED_set_serialNumber(revoked, number) == 1);
    REQUIRE(X509_REVOKED_set_revocationDate(revoked, time) == 1);
    REQUIRE(X509_CRL_add0_revoked(crl.get(), revoked) == 1);
    ASN1_INTEGER_free(number);
  }
  ASN1_TIME_free(time);
  REQUIRE(X509_CRL_sort(crl.get()) == 1);
  REQUIRE(X509_CRL_sign(crl.get(), issuer.key.get(), EVP_sha256()) > 0);
  core::Bytes der(static_cast<std::size_t>(i2d_X509_CRL(crl.get(), nullptr)));
  auto* at = der.data();
  REQUIRE(i2d_X509_CRL(crl.get(), &at) > 0);
  return der;
}

core::Bytes make_certificate(const std::string& common_name, CertificateKind kind) {
  auto shape = CertificateShape::authority(common_name);
  if (kind == CertificateKind::kLeaf) shape.basic_constraints = "CA:FALSE";
  return self_signed(shape).der;
}

std::string to_pem(const core::Bytes& der, const char* label) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  REQUIRE(PEM_write_bio(bio.get(), label, "", der.data(), static_cast<long>(der.size())) > 0);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace firstkey::tests
