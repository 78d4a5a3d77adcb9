#include "core/api_admission.h"

#include <utility>

namespace firstkey::core {

namespace {

std::optional<ApiCredential> find_shown(ReadTransaction& view, const Secret& shown) {
  const auto secret = read_api_secret(shown);
  if (!secret) return std::nullopt;
  return view.api_credential_of_secret(sha256(secret->expose()));  // what the store looks up
}

/// Errors: those of check_usable, kNotInitialised.
Result<ApiCredential> judge(ReadTransaction& view, std::optional<ApiCredential> credential) {
  const auto settings = view.settings();
  if (!settings) return fail(ErrorCode::kNotInitialised, "the store was never initialised");
  const auto now = view.clock().now;
  if (auto usable = check_usable(credential, settings->epoch, now); !usable) {
    return std::unexpected(usable.error());
  }
  return std::move(credential.value());
}

bool is_use_due(const ApiCredential& credential, Instant now) {
  return !credential.last_used_at || now - credential.last_used_at.value() >= kUseGrain;
}

void note_use(Store& store, const ApiCredentialId& id) {
  // That it cannot be noted (the disk is full) is no reason to refuse who was recognised.
  (void)store.write([&](WriteTransaction& transaction) {
    auto credential = transaction.api_credential(id);
    const auto now = transaction.clock().now;
    if (!credential || !is_use_due(credential.value(), now)) return Store::Ending::kRollBack;
    credential->last_used_at = now;
    transaction.update_api_credential(credential.value());
    return Store::Ending::kCommit;
  });
}

}  // namespace

Result<ApiCredentialId> ApiAdmission::identify(const Secret& shown) {
  bool is_due = false;
  auto known =
      read_from<ApiCredentialId>(store_, [&](ReadTransaction& view) -> Result<ApiCredentialId> {
        const auto credential = judge(view, find_shown(view, shown));
        if (!credential) return std::unexpected(credential.error());
        is_due = is_use_due(credential.value(), view.clock().now);
        return credential->id;
      });
  if (known && is_due) note_use(store_, known.value());
  return known;
}

Result<void> ApiAdmission::record_refusal(const Secret& shown, const std::string& address) {
  return store_.write([&](WriteTransaction& transaction) {
    const auto credential = find_shown(transaction, shown);
    const auto judged = judge(transaction, credential);
    if (judged || judged.error().code == ErrorCode::kNotInitialised) {
      return Store::Ending::kRollBack;
    }
    AuditEvent event{.action = "api_credential.call",
                     .outcome = std::string(to_string(judged.error().code)),
                     .personal = {{"address", address}}};
    if (credential) {
      event.details.emplace("apiCredentialId", credential->id.text());
      event.details.emplace("userId", credential->owner.text());
    }
    transaction.append_audit(event);
    return Store::Ending::kCommit;
  });
}

}  // namespace firstkey::core
