#pragma once
// The certificates attestation chains may end in: the listed ones and no others. Never the
// system's store, never the network, never a root that arrived with the message it should prove.
// Immutable once made but for its memory of chains. Threads: any.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/chain_memory.h"
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
  /// Of this one and no other of the process, whatever it lists; 0 for one that was not created.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  /// Chains that this or another store trusted. It goes with the store, so that a policy that
  /// changes begins anew. Null for a store that was not created.
  [[nodiscard]] ChainMemory* memory() const noexcept { return memory_.get(); }

  /// Builds a chain from `path` (leaf first) to a listed certificate, every one of it valid at
  /// `now` and with keys and signatures of 112 bits of strength at least, and returns where it
  /// ends. The leaf itself may be the listed one. Asks no memory.
  /// Errors: kAttestationNotTrusted, with OpenSSL's reason.
  /// Source: WebAuthn L3 §7.1 steps 23 and 24; RFC 5280 §6.
  [[nodiscard]] Result<TrustedRoot> find_root(std::span<const Certificate> path, Instant now) const;

 private:
  struct Root {
    Certificate certificate;
    std::string subject;
  };

  [[nodiscard]] Result<TrustedRoot> search(x509_store_st* store,
                                           std::span<const Certificate> path,
                                           Instant now) const;

  std::uint64_t id_ = 0;
  std::unique_ptr<ChainMemory> memory_;
  std::vector<Root> roots_;
  std::vector<X509StorePtr> stores_;  ///< of all roots; then of each alone that shares its name
};

/// By AAGUID: certificates that vouch for keys of that model alone.
using ModelTrustStores = std::map<Bytes, TrustStore>;

}  // namespace firstkey::core::webauthn
