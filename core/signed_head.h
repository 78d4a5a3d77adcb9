#pragma once
// A signed head: where every chain of the audit trail ended at one moment, signed by the service's
// key and written to a file elsewhere, a JSON object a line. Each names its predecessor, so that a
// line changed, removed or reordered shows. The form is told in core/README.md, "Signed heads".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/audit.h"
#include "core/audit_key.h"
#include "core/result.h"

namespace firstkey::core {

struct SignedHead {
  std::int64_t number = 1;  ///< in its file: from 1, without gaps
  Instant at;
  std::int64_t epoch = 1;         ///< of the store
  std::vector<ChainHead> chains;  ///< those with rows, in the order of chains
  Sha256 previous{};              ///< digest_of() the head before; zeros in the first
  AuditPublicKey key{};           ///< whose signature this is
  /// Whose signatures follow, where it is another's from now on.
  std::optional<AuditPublicKey> next_key;
  AuditSignature signature{};

  friend bool operator==(const SignedHead&, const SignedHead&) = default;
};

/// What the signature covers.
[[nodiscard]] Bytes signed_form(const SignedHead& head);
/// SHA-256 over signed_form() and the signature.
[[nodiscard]] Sha256 digest_of(const SignedHead& head);

/// The longest line that is read. Source: ours; some 100 bytes a chain.
inline constexpr std::size_t kMaxHeadLine = 1'000'000;

/// Without its newline.
[[nodiscard]] std::string to_line(const SignedHead& head);
/// Nothing unless `line` is one that to_line() writes, whoever signed it.
[[nodiscard]] std::optional<SignedHead> head_from_line(std::string_view line);

/// Follows a file of heads from its first line on.
class HeadSequence {
 public:
  /// Errors: kAuditBroken, naming the head that was changed, removed or reordered, or is signed by
  /// another key than its predecessor said.
  [[nodiscard]] Result<void> follow(const SignedHead& head);

  [[nodiscard]] const std::optional<SignedHead>& last() const noexcept { return last_; }

 private:
  std::optional<SignedHead> last_;
};

/// The key that signs after `head`.
[[nodiscard]] const AuditPublicKey& successor_key(const SignedHead& head);

}  // namespace firstkey::core
