#include "core/administration/audit_signing.h"

#include <algorithm>

#include "core/head_signer.h"

namespace firstkey::core {

namespace {

constexpr const char* kRenewal = "audit.key";

}  // namespace

Result<void> AuditSigning::authorise(const char* action, Operation operation) {
  return administration_.look<void>(action, [&](Act& act) { return act.authorise(operation); });
}

Result<std::optional<SignedHead>> AuditSigning::sign(const std::string& path) {
  if (auto allowed = authorise("audit.sign", Operation::kReadAudit); !allowed) {
    return std::unexpected(allowed.error());
  }
  const auto key = AuditKey::open(key_path_, random_);
  if (!key) return std::unexpected(key.error());
  return HeadSigner(administration_.store(), key.value(), path).sign();
}

Result<SignedTrail> AuditSigning::verify(const std::string& path,
                                         const std::optional<AuditPublicKey>& key) {
  if (auto allowed = authorise("audit.verify", Operation::kReadAudit); !allowed) {
    return std::unexpected(allowed.error());
  }
  const auto heads = SignedHeads::read(path);
  if (!heads) return std::unexpected(heads.error());
  std::vector<AuditPublicKey> known;
  if (key) {
    known.push_back(key.value());
  } else {
    const auto own = AuditKey::open(key_path_, random_);
    if (!own) return std::unexpected(own.error());
    known = own->all();
  }
  // One is enough: a head vouches for those before it, and names the key of those after it.
  if (std::ranges::none_of(known, [&](const auto& one) { return heads->has_key(one); })) {
    return fail(ErrorCode::kAuditBroken, "no head of " + path + " is signed by the key expected");
  }
  return administration_.look<SignedTrail>(
      "audit.verify", [&](Act& act) { return check_against_heads(act.view(), heads.value()); });
}

Result<AuditPublicKey> AuditSigning::key() {
  if (auto allowed = authorise("audit.key.show", Operation::kReadAudit); !allowed) {
    return std::unexpected(allowed.error());
  }
  const auto key = AuditKey::open(key_path_, random_);
  if (!key) return std::unexpected(key.error());
  return key->current();
}

Result<AuditPublicKey> AuditSigning::renew_key() {
  if (auto allowed = authorise(kRenewal, Operation::kRenewAuditKey); !allowed) {
    return std::unexpected(allowed.error());
  }
  // A file cannot be changed inside a transaction; what came of it is recorded in one after it.
  const auto key = AuditKey::renew(key_path_, random_);
  const auto recorded = administration_.act<void>(kRenewal, [&](Act& act) -> Result<Effect<void>> {
    if (!key) return std::unexpected(key.error());
    act.note("publicKey", to_hex(key->current()));
    return [](WriteTransaction&) {};
  });
  if (!recorded) return std::unexpected(recorded.error());
  return key->current();
}

}  // namespace firstkey::core
