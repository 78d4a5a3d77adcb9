#include "core/webauthn/openssl_handles.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace firstkey::core::webauthn {

void OpensslDeleter::operator()(unsigned char* object) const noexcept {
  OPENSSL_free(object);
}
void OpensslDeleter::operator()(ASN1_OBJECT* object) const noexcept {
  ASN1_OBJECT_free(object);
}
void OpensslDeleter::operator()(EC_GROUP* object) const noexcept {
  EC_GROUP_free(object);
}
void OpensslDeleter::operator()(EC_POINT* object) const noexcept {
  EC_POINT_free(object);
}
void OpensslDeleter::operator()(ECDSA_SIG* object) const noexcept {
  ECDSA_SIG_free(object);
}
void OpensslDeleter::operator()(EVP_MD* object) const noexcept {
  EVP_MD_free(object);
}
void OpensslDeleter::operator()(EVP_MD_CTX* object) const noexcept {
  EVP_MD_CTX_free(object);
}
void OpensslDeleter::operator()(EVP_PKEY* object) const noexcept {
  EVP_PKEY_free(object);
}
void OpensslDeleter::operator()(EVP_PKEY_CTX* object) const noexcept {
  EVP_PKEY_CTX_free(object);
}
void OpensslDeleter::operator()(OSSL_PARAM_BLD* object) const noexcept {
  OSSL_PARAM_BLD_free(object);
}
void OpensslDeleter::operator()(OSSL_PARAM* object) const noexcept {
  OSSL_PARAM_free(object);
}
void OpensslDeleter::operator()(BIGNUM* object) const noexcept {
  BN_free(object);
}
void OpensslDeleter::operator()(BN_CTX* object) const noexcept {
  BN_CTX_free(object);
}
void OpensslDeleter::operator()(BIO* object) const noexcept {
  BIO_free(object);
}
void OpensslDeleter::operator()(X509* object) const noexcept {
  X509_free(object);
}
void OpensslDeleter::operator()(X509_CRL* object) const noexcept {
  X509_CRL_free(object);
}
void OpensslDeleter::operator()(X509_STORE* object) const noexcept {
  X509_STORE_free(object);
}
void OpensslDeleter::operator()(X509_STORE_CTX* object) const noexcept {
  X509_STORE_CTX_free(object);
}
void OpensslDeleter::operator()(STACK_OF(X509) * object) const noexcept {
  sk_X509_free(object);
}
void OpensslDeleter::operator()(STACK_OF(X509_CRL) * object) const noexcept {
  sk_X509_CRL_free(object);
}

}  // namespace firstkey::core::webauthn
