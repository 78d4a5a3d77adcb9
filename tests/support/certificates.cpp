#include "tests/support/certificates.h"

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/webauthn/openssl_handles.h"

namespace firstkey::tests {

namespace {

using core::webauthn::BioPtr;
using core::webauthn::EvpPkeyPtr;
using core::webauthn::X509Ptr;

void add_constraints(X509* certificate, CertificateKind kind) {
  const char* value = kind == CertificateKind::kAuthority ? "critical,CA:TRUE" : "CA:FALSE";
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, value);
  REQUIRE(extension != nullptr);
  REQUIRE(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

}  // namespace

core::Bytes make_certificate(const std::string& common_name, CertificateKind kind) {
  const EvpPkeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  REQUIRE(key != nullptr);
  REQUIRE(certificate != nullptr);
  REQUIRE(X509_set_version(certificate.get(), 2) == 1);
  REQUIRE(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1);
  REQUIRE(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0) != nullptr);
  REQUIRE(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400) != nullptr);
  auto* name = X509_get_subject_name(certificate.get());
  REQUIRE(X509_NAME_add_entry_by_txt(name,
                                     "CN",
                                     MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common_name.data()),
                                     static_cast<int>(common_name.size()),
                                     -1,
                                     0) == 1);
  REQUIRE(X509_set_issuer_name(certificate.get(), name) == 1);
  REQUIRE(X509_set_pubkey(certificate.get(), key.get()) == 1);
  add_constraints(certificate.get(), kind);
  REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  core::Bytes der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
  auto* at = der.data();
  REQUIRE(i2d_X509(certificate.get(), &at) > 0);
  return der;
}

std::string to_pem(const core::Bytes& der) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  REQUIRE(PEM_write_bio(bio.get(), PEM_STRING_X509, "", der.data(), static_cast<long>(der.size())) >
          0);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace firstkey::tests
