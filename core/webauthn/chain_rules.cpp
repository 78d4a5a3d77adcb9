#include "core/webauthn/chain_rules.h"

#include <chrono>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace firstkey::core::webauthn {

namespace {

constexpr int kDeepestChain = 8;
// OpenSSL's level for 112 bits, as NIST SP 800-131A asks: RSA from 2048 bits, no SHA-1 in a link.
// A listed certificate's own signature is not looked at, for many FIDO roots are signed over SHA-1.
constexpr int kSecurityLevel = 2;

}  // namespace

void set_chain_rules(X509_VERIFY_PARAM* parameters, Instant now) {
  // A listed certificate ends the chain even if it is no self-signed root; nothing else does.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_depth(parameters, kDeepestChain);
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  X509_VERIFY_PARAM_set_time(parameters, seconds);
}

X509StackPtr intermediates_of(std::span<const Certificate> path) {
  X509StackPtr stack(sk_X509_new_null());
  for (const auto& certificate : path.subspan(1)) {
    if (!stack || sk_X509_push(stack.get(), certificate.get()) == 0) return nullptr;
  }
  return stack;
}

}  // namespace firstkey::core::webauthn
