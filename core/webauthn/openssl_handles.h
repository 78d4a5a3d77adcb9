#pragma once
// OpenSSL's objects behind unique_ptr: one deleter and one alias a type, and no other _free in this
// folder. The types are named here, so that no header of ours includes one of OpenSSL's.

#include <memory>

// NOLINTBEGIN(readability-identifier-naming): the names are OpenSSL's.
struct asn1_object_st;
struct ec_group_st;
struct ec_point_st;
struct ECDSA_SIG_st;
struct evp_md_st;
struct evp_md_ctx_st;
struct evp_pkey_st;
struct evp_pkey_ctx_st;
struct ossl_param_bld_st;
struct ossl_param_st;
struct bignum_st;
struct bignum_ctx;
struct bio_st;
struct x509_st;
struct X509_crl_st;
struct x509_store_st;
struct x509_store_ctx_st;
struct stack_st_X509;
struct stack_st_X509_CRL;
// NOLINTEND(readability-identifier-naming)

namespace firstkey::core::webauthn {

struct OpensslDeleter {
  void operator()(unsigned char* object) const noexcept;  ///< what OpenSSL allocated to fill
  void operator()(asn1_object_st* object) const noexcept;
  void operator()(ec_group_st* object) const noexcept;
  void operator()(ec_point_st* object) const noexcept;
  void operator()(ECDSA_SIG_st* object) const noexcept;
  void operator()(evp_md_st* object) const noexcept;
  void operator()(evp_md_ctx_st* object) const noexcept;
  void operator()(evp_pkey_st* object) const noexcept;
  void operator()(evp_pkey_ctx_st* object) const noexcept;
  void operator()(ossl_param_bld_st* object) const noexcept;
  void operator()(ossl_param_st* object) const noexcept;
  void operator()(bignum_st* object) const noexcept;
  void operator()(bignum_ctx* object) const noexcept;
  void operator()(bio_st* object) const noexcept;
  void operator()(x509_st* object) const noexcept;
  void operator()(X509_crl_st* object) const noexcept;
  void operator()(x509_store_st* object) const noexcept;
  void operator()(x509_store_ctx_st* object) const noexcept;
  void operator()(stack_st_X509* object) const noexcept;      ///< the stack alone, not its elements
  void operator()(stack_st_X509_CRL* object) const noexcept;  ///< as above
};

using OpensslBytesPtr = std::unique_ptr<unsigned char, OpensslDeleter>;
using Asn1ObjectPtr = std::unique_ptr<asn1_object_st, OpensslDeleter>;
using EcGroupPtr = std::unique_ptr<ec_group_st, OpensslDeleter>;
using EcPointPtr = std::unique_ptr<ec_point_st, OpensslDeleter>;
using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG_st, OpensslDeleter>;
using EvpMdPtr = std::unique_ptr<evp_md_st, OpensslDeleter>;
using EvpMdCtxPtr = std::unique_ptr<evp_md_ctx_st, OpensslDeleter>;
using EvpPkeyPtr = std::unique_ptr<evp_pkey_st, OpensslDeleter>;
using EvpPkeyCtxPtr = std::unique_ptr<evp_pkey_ctx_st, OpensslDeleter>;
using OsslParamBldPtr = std::unique_ptr<ossl_param_bld_st, OpensslDeleter>;
using OsslParamPtr = std::unique_ptr<ossl_param_st, OpensslDeleter>;
using BignumPtr = std::unique_ptr<bignum_st, OpensslDeleter>;
using BnCtxPtr = std::unique_ptr<bignum_ctx, OpensslDeleter>;
using BioPtr = std::unique_ptr<bio_st, OpensslDeleter>;
using X509Ptr = std::unique_ptr<x509_st, OpensslDeleter>;
using X509CrlPtr = std::unique_ptr<X509_crl_st, OpensslDeleter>;
using X509StorePtr = std::unique_ptr<x509_store_st, OpensslDeleter>;
using X509StoreCtxPtr = std::unique_ptr<x509_store_ctx_st, OpensslDeleter>;
using X509StackPtr = std::unique_ptr<stack_st_X509, OpensslDeleter>;
using X509CrlStackPtr = std::unique_ptr<stack_st_X509_CRL, OpensslDeleter>;

}  // namespace firstkey::core::webauthn
