#pragma once
// The certificates attestation chains may end in: the listed ones and no others. Never the
// system's store, never the network, never a root that arrived with the message it should prove.
// Immutable once made. Threads: any.

#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/error.h"
#include "core/webauthn/openssl_handles.h"

namespace firstkey::core::webauthn {

class TrustStore {
 public:
  /// Trusts nothing.
  TrustStore() = default;
  /// Errors: kCertificateMalformed when one of `roots` is no certificate in DER.
  [[nodiscard]] static Result<TrustStore> create(std::span<const Bytes> roots);

  [[nodiscard]] bool empty() const noexcept { return roots_.empty(); }

  /// Builds a chain from `path` (leaf first) to a listed certificate, every one of it valid at
  /// `now` and with keys and signatures of 112 bits of strength at least, and returns the subject
  /// of the certificate it ends in (RFC 2253). The leaf itself may be the listed one.
  /// Errors: kAttestationNotTrusted, with OpenSSL's reason.
  /// Source: WebAuthn L3 §7.1 steps 23 and 24; RFC 5280 §6.
  [[nodiscard]] Result<std::string> find_root(std::span<const Certificate> path, Instant now) const;

 private:
  struct Root {
    Certificate certificate;
    std::string subject;
  };

  [[nodiscard]] Result<std::string> search(x509_store_st* store,
                                           std::span<const Certificate> path,
                                           Instant now) const;

  std::vector<Root> roots_;
  std::vector<X509StorePtr> stores_;  ///< of all roots; then of each alone that shares its name
};

}  // namespace firstkey::core::webauthn
