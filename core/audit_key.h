#pragma once
// The key that signs where the audit trail ends: Ed25519, in a file of mode 0600 beside the pepper
// (key_file.h, after the line "firstkey audit key 1"). Its public half is to be kept elsewhere, for
// who can write the store can read this file too. Renewed, the old key stays to sign its successor.
//
// Source: RFC 8032; libsodium's detached signatures.

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/key_file.h"
#include "core/random.h"
#include "core/result.h"

namespace firstkey::core {

using AuditPublicKey = std::array<std::uint8_t, 32>;
using AuditSignature = std::array<std::uint8_t, 64>;

class AuditKey {
 public:
  /// Opens the file, making one with a first key if there is none.
  /// Errors: kAuditKeyUnreadable, kStoreReadOnly, kStoreFull, kStoreUnreachable.
  [[nodiscard]] static Result<AuditKey> open(const std::string& path, Random& random);
  /// Adds a key to the file, which is current from then on. Errors: those of open().
  [[nodiscard]] static Result<AuditKey> renew(const std::string& path, Random& random);

  [[nodiscard]] const AuditPublicKey& current() const noexcept { return keys_.back().first; }
  /// Every public key of the file, oldest first.
  [[nodiscard]] std::vector<AuditPublicKey> all() const;
  /// Nothing if `key` is none of the file's.
  [[nodiscard]] std::optional<AuditSignature> sign(const AuditPublicKey& key,
                                                   BytesView message) const;

 private:
  using Keys = std::vector<std::pair<AuditPublicKey, Secret>>;
  explicit AuditKey(const NamedKeys& seeds);

  Keys keys_;  ///< public key and seed; never empty
};

[[nodiscard]] bool is_signed_by(const AuditPublicKey& key,
                                BytesView message,
                                const AuditSignature& signature);

}  // namespace firstkey::core
