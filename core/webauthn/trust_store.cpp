#include "core/webauthn/trust_store.h"

#include <algorithm>
#include <array>
#include <atomic>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/webauthn/chain_rules.h"

namespace firstkey::core::webauthn {

namespace {

/// Nothing if OpenSSL does not take one of them.
template <class Certificates>
X509StorePtr make_store(const Certificates& certificates) {
  X509StorePtr store(X509_STORE_new());
  for (auto* certificate : certificates) {
    // A root listed twice is no error: X509_STORE_add_cert takes it as it is.
    if (!store || X509_STORE_add_cert(store.get(), certificate) != 1) {
      ERR_clear_error();
      return nullptr;
    }
  }
  return store;
}

/// When every one of `chain` is valid.
Validity validity_of_all(const STACK_OF(X509) * chain) {
  auto all = validity_of(sk_X509_value(chain, 0));
  for (int i = 1; i < sk_X509_num(chain); ++i) {
    const auto one = validity_of(sk_X509_value(chain, i));
    all.not_before = std::max(all.not_before, one.not_before);
    all.not_after = std::min(all.not_after, one.not_after);
  }
  return all;
}

}  // namespace

Result<TrustStore> TrustStore::create(std::span<const Bytes> roots) {
  static std::atomic<std::uint64_t> next_id = 1;
  TrustStore trust;
  trust.id_ = next_id++;
  trust.memory_ = std::make_unique<ChainMemory>();
  std::vector<X509*> all;
  for (const auto& der : roots) {
    auto certificate = Certificate::parse(der);
    if (!certificate) return std::unexpected(certificate.error());
    all.push_back(certificate->get());
    auto subject = certificate->subject();
    trust.roots_.push_back(
        {.certificate = std::move(certificate.value()), .subject = std::move(subject)});
  }
  trust.stores_.push_back(make_store(all));
  for (auto* one : all) {
    const auto shares_name = [one](X509* other) {
      return other != one &&
             X509_NAME_cmp(X509_get_subject_name(one), X509_get_subject_name(other)) == 0;
    };
    if (std::ranges::any_of(all, shares_name)) {
      trust.stores_.push_back(make_store(std::array{one}));
    }
  }
  if (std::ranges::any_of(trust.stores_, [](const auto& store) { return store == nullptr; })) {
    return fail(Code::kCertificateMalformed, "OpenSSL does not take it as a root");
  }
  return trust;
}

Result<TrustedRoot> TrustStore::find_root(std::span<const Certificate> path, Instant now) const {
  if (path.empty() || roots_.empty()) {
    return fail(Code::kAttestationNotTrusted, "no trusted certificate is configured");
  }
  auto found = search(stores_.front().get(), path, now);
  // Of certificates with one name OpenSSL tries a single one as an issuer, whoever signed.
  for (const auto& store : std::span(stores_).subspan(1)) {
    if (found) return found;
    if (auto other = search(store.get(), path, now)) return other;
  }
  return found;
}

Result<TrustedRoot> TrustStore::search(X509_STORE* store,
                                       std::span<const Certificate> path,
                                       Instant now) const {
  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  const auto others = intermediates_of(path);
  if (!context || !others ||
      X509_STORE_CTX_init(context.get(), store, path.front().get(), others.get()) != 1) {
    ERR_clear_error();
    return fail(Code::kAttestationNotTrusted, "OpenSSL cannot verify a chain");
  }
  set_chain_rules(X509_STORE_CTX_get0_param(context.get()), now);
  if (X509_verify_cert(context.get()) != 1) {
    const char* why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    ERR_clear_error();
    return fail(Code::kAttestationNotTrusted, why);
  }
  auto* chain = X509_STORE_CTX_get0_chain(context.get());
  auto* end = sk_X509_value(chain, sk_X509_num(chain) - 1);
  for (const auto& root : roots_) {
    if (X509_cmp(root.certificate.get(), end) == 0) {
      return TrustedRoot{.subject = root.subject, .validity = validity_of_all(chain)};
    }
  }
  return fail(Code::kAttestationNotTrusted, "the chain ends in no listed certificate");
}

}  // namespace firstkey::core::webauthn
