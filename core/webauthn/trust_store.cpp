#include "core/webauthn/trust_store.h"

#include <chrono>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace firstkey::core::webauthn {

namespace {

constexpr int kDeepestChain = 8;

/// The certificates that came along, below the leaf: help on the way, never an end of it.
X509StackPtr intermediates(std::span<const Certificate> path) {
  X509StackPtr stack(sk_X509_new_null());
  for (const auto& certificate : path.subspan(1)) {
    if (sk_X509_push(stack.get(), certificate.get()) == 0) return nullptr;
  }
  return stack;
}

}  // namespace

Result<TrustStore> TrustStore::create(std::span<const Bytes> roots) {
  TrustStore trust;
  trust.store_.reset(X509_STORE_new());
  for (const auto& der : roots) {
    auto certificate = Certificate::parse(der);
    if (!certificate) return std::unexpected(certificate.error());
    // A root listed twice is no error: X509_STORE_add_cert takes it as it is.
    if (X509_STORE_add_cert(trust.store_.get(), certificate->get()) != 1) {
      ERR_clear_error();
      return fail(Code::kCertificateMalformed, "OpenSSL does not take it as a root");
    }
    auto subject = certificate->subject();
    trust.roots_.push_back(
        {.certificate = std::move(certificate.value()), .subject = std::move(subject)});
  }
  return trust;
}

Result<std::string> TrustStore::find_root(std::span<const Certificate> path, Instant now) const {
  if (path.empty() || roots_.empty()) {
    return fail(Code::kAttestationNotTrusted, "no trusted certificate is configured");
  }
  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  const auto others = intermediates(path);
  if (!context || !others ||
      X509_STORE_CTX_init(context.get(), store_.get(), path.front().get(), others.get()) != 1) {
    ERR_clear_error();
    return fail(Code::kAttestationNotTrusted, "OpenSSL cannot verify a chain");
  }
  auto* parameters = X509_STORE_CTX_get0_param(context.get());
  // A listed certificate ends the chain even if it is no self-signed root; nothing else does.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_depth(parameters, kDeepestChain);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  X509_VERIFY_PARAM_set_time(parameters, seconds);
  if (X509_verify_cert(context.get()) != 1) {
    const char* why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    ERR_clear_error();
    return fail(Code::kAttestationNotTrusted, why);
  }
  auto* chain = X509_STORE_CTX_get0_chain(context.get());
  auto* end = sk_X509_value(chain, sk_X509_num(chain) - 1);
  for (const auto& root : roots_) {
    if (X509_cmp(root.certificate.get(), end) == 0) return root.subject;
  }
  return fail(Code::kAttestationNotTrusted, "the chain ends in no listed certificate");
}

}  // namespace firstkey::core::webauthn
