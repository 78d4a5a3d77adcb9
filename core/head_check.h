#pragma once
// The audit trail beside its signed heads: what was signed must still be there, unchanged; what was
// written since is the unsigned tail, and shown as such.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/audit_check.h"
#include "core/signed_head.h"

namespace firstkey::core {

/// What a whole file of heads says.
class SignedHeads {
 public:
  /// A row that a head names as its chain's last.
  struct Place {
    Sha256 hash{};
    std::int64_t head = 0;   ///< the number of the first head that names it
    std::int64_t epoch = 0;  ///< of the store then
  };

  /// Memory: some 150 bytes for each head of each chain that had grown.
  /// Errors: those of read_heads and HeadSequence::follow, kAuditBroken (two heads that contradict
  /// each other), kNotFound (not a single head).
  [[nodiscard]] static Result<SignedHeads> read(const std::string& path);

  [[nodiscard]] const SignedHead& last() const noexcept { return last_; }
  [[nodiscard]] bool has_key(const AuditPublicKey& key) const { return keys_.contains(key); }
  /// By chain and sequence.
  [[nodiscard]] const std::map<std::pair<std::int64_t, std::int64_t>, Place>& places() const {
    return places_;
  }

 private:
  [[nodiscard]] Result<void> add(const SignedHead& head);

  SignedHead last_;
  std::set<AuditPublicKey> keys_;
  std::map<std::pair<std::int64_t, std::int64_t>, Place> places_;
};

/// Rows of a chain after the last that any head names.
struct UnsignedTail {
  std::int64_t chain = kFirstChain;
  std::int64_t first = 1;  ///< the sequence it begins with
  std::int64_t rows = 0;

  friend bool operator==(const UnsignedTail&, const UnsignedTail&) = default;
};

struct SignedTrail {
  AuditSummary trail;
  std::vector<UnsignedTail> unsigned_tails;  ///< in the order of chains; none if all is signed
  /// Rows that heads of an earlier epoch name and the trail no longer has: a restore took them
  /// back.
  std::int64_t taken_back = 0;
};

/// Errors: those of check_audit_trail; kAuditBroken, naming the signed row that is not the one that
/// was signed, or the chain that was shortened or is missing, and the head that says so.
[[nodiscard]] Result<SignedTrail> check_against_heads(ReadTransaction& view,
                                                      const SignedHeads& heads);

}  // namespace firstkey::core
