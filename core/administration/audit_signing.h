#pragma once
// What administrators do about signed heads: sign one now, see the key they are signed with, renew
// it. A service signs by itself (core/head_signer.h).

#include <optional>
#include <string>

#include "core/administration/administration.h"
#include "core/audit_key.h"
#include "core/head_check.h"

namespace firstkey::core {

class AuditSigning {
 public:
  /// Both must outlive this. `key_path`: of the key file, which the first use makes.
  AuditSigning(Administration& administration, Random& random, std::string key_path)
      : administration_(administration), random_(random), key_path_(std::move(key_path)) {}

  /// Appends a head to the file at `path`; nothing if its last one says it all.
  /// Errors: those of HeadSigner::sign and AuditKey::open.
  [[nodiscard]] Result<std::optional<SignedHead>> sign(const std::string& path);

  /// The trail beside the heads of the file at `path`, which `key` must have signed some of;
  /// without one, a key of the key file must. Errors: those of SignedHeads::read and
  /// check_against_heads, kAuditBroken (all heads are signed by others).
  [[nodiscard]] Result<SignedTrail> verify(const std::string& path,
                                           const std::optional<AuditPublicKey>& key);

  /// Errors: those of AuditKey::open.
  [[nodiscard]] Result<AuditPublicKey> key();

  /// A new key, current from now on; the next head names it. Errors: those of AuditKey::renew.
  [[nodiscard]] Result<AuditPublicKey> renew_key();

 private:
  [[nodiscard]] Result<void> authorise(const char* action, Operation operation);

  Administration& administration_;
  Random& random_;
  std::string key_path_;
};

}  // namespace firstkey::core
