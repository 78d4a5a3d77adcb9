#include "core/webauthn/metadata_signer.h"

#include <string_view>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/webauthn/chain_rules.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::string_view kSignerName = "mds.fidoalliance.org";

std::unexpected<Error> not_trusted(std::string why) {
  ERR_clear_error();
  return fail(Code::kMetadataSignerNotTrusted, std::move(why));
}

Result<X509StorePtr> store_of(std::span<const Bytes> roots) {
  X509StorePtr store(X509_STORE_new());
  for (const auto& der : roots) {
    const auto root = Certificate::parse(der);
    if (!root || !store || X509_STORE_add_cert(store.get(), root->get()) != 1) {
      return not_trusted("a configured root is no certificate");
    }
  }
  return store;
}

Result<std::vector<X509CrlPtr>> read_crls(std::span<const Bytes> list) {
  std::vector<X509CrlPtr> crls;
  for (const auto& der : list) {
    const unsigned char* at = der.data();
    crls.emplace_back(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    if (!crls.back() || at != der.data() + der.size()) {
      return not_trusted("a revocation list does not read");
    }
  }
  return crls;
}

X509CrlStackPtr stack_of(std::span<const X509CrlPtr> crls) {
  X509CrlStackPtr stack(sk_X509_CRL_new_null());
  for (const auto& crl : crls) {
    if (!stack || sk_X509_CRL_push(stack.get(), crl.get()) == 0) return nullptr;
  }
  return stack;
}

Result<void> check_chain(std::span<const Certificate> path,
                         const MetadataAnchors& anchors,
                         Instant now) {
  const auto store = store_of(anchors.roots);
  if (!store) return std::unexpected(store.error());
  const auto crls = read_crls(anchors.crls);
  if (!crls) return std::unexpected(crls.error());
  const auto others = intermediates_of(path);
  const auto revoked = stack_of(crls.value());
  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  if (!context || !others || !revoked ||
      X509_STORE_CTX_init(context.get(), store->get(), path.front().get(), others.get()) != 1) {
    return not_trusted("OpenSSL cannot verify a chain");
  }
  auto* parameters = X509_STORE_CTX_get0_param(context.get());
  set_chain_rules(parameters, now);
  if (!anchors.crls.empty()) {
    X509_STORE_CTX_set0_crls(context.get(), revoked.get());  // borrowed, whatever the name says
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  }
  if (X509_verify_cert(context.get()) == 1) return {};
  const int error = X509_STORE_CTX_get_error(context.get());
  if (error == X509_V_ERR_CERT_REVOKED) {
    ERR_clear_error();
    return fail(Code::kMetadataSignerRevoked);
  }
  return not_trusted(X509_verify_cert_error_string(error));
}

}  // namespace

Result<void> check_metadata_signer(std::span<const Certificate> path,
                                   const MetadataAnchors& anchors,
                                   Instant now) {
  if (anchors.roots.empty()) {
    return not_trusted("no root for metadata is listed; policy trust add --metadata lists one");
  }
  if (auto chain = check_chain(path, anchors, now); !chain) return chain;
  const auto& leaf = path.front();
  if (X509_check_host(leaf.get(),
                      kSignerName.data(),
                      kSignerName.size(),
                      X509_CHECK_FLAG_NO_WILDCARDS,
                      nullptr) != 1) {
    ERR_clear_error();
    return fail(Code::kMetadataSignerNameMismatch, leaf.subject());
  }
  return {};
}

}  // namespace firstkey::core::webauthn
