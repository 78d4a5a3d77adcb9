#pragma once
// Attestation chains that led to a trusted certificate, kept as they were read: whole batches of
// keys share their certificates, and reading and checking these costs more than the signature they
// are there for. Bounded; the one not asked for longest goes first. Only what was trusted is ever
// kept, so that nobody without an attested key can fill it. What it says is for the trust store
// that said it alone, and within the time all of the chain is valid.

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/certificate.h"

namespace firstkey::core::webauthn {

/// Where a chain ends.
struct TrustedRoot {
  std::string subject;  ///< RFC 2253
  Validity validity;    ///< of the whole chain: of every certificate in it
};

struct AttestationChain {
  std::vector<Certificate> path;  ///< as x5c has it, leaf first; never empty
};

/// A chain and what was found out about it: nothing, for one that was just read.
struct KnownChain {
  // Shared, because a verification that is under way keeps what another thread lets go.
  std::shared_ptr<const AttestationChain> chain;
  bool fits_packed_profile = false;  ///< Certificate::check_packed_profile() of its leaf
  std::uint64_t trusted_by = 0;      ///< TrustStore::id(); 0: by none
  TrustedRoot root;

  /// Whether `store` trusts it at `now`, as far as is known.
  [[nodiscard]] bool is_trusted(std::uint64_t store, Instant now) const noexcept {
    return store != 0 && trusted_by == store && root.validity.contains(now);
  }
};

/// Threads: any.
class ChainMemory {
 public:
  /// Some kilobytes a chain. The makers of keys in the field have some dozen certificates in use.
  static constexpr std::size_t kMostChains = 256;

  explicit ChainMemory(std::size_t most = kMostChains) : most_(most) {}

  /// What is known of the chain whose x5c is exactly `x5c`, an encoded CBOR array; null: nothing.
  [[nodiscard]] std::shared_ptr<const KnownChain> recall(BytesView x5c);
  /// Replaces what was known. `known` must be trusted by some store.
  void remember(BytesView x5c, std::shared_ptr<const KnownChain> known);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    std::string x5c;
    std::shared_ptr<const KnownChain> known;
  };

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the one asked for last comes first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_x5c_;  // views of entries_
};

}  // namespace firstkey::core::webauthn
