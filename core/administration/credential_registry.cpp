#include "core/administration/credential_registry.h"

#include <utility>

#include <boost/json.hpp>

#include "core/aaguid.h"
#include "core/administration/listing.h"
#include "core/webauthn/cose_key.h"

namespace firstkey::core {

namespace {

namespace json = boost::json;

struct OwnedCredential {
  CredentialRecord credential;
  User user;
};

/// The credential, noted in the act, if the actor may do this to its user's.
Result<OwnedCredential> find_credential(Act& act, Operation operation, BytesView id) {
  auto credential = act.view().credential(id);
  auto user = credential ? act.view().user(credential->user) : std::nullopt;
  if (!user) {
    if (auto allowed = act.authorise(operation); !allowed) return std::unexpected(allowed.error());
    return fail(ErrorCode::kCredentialUnknown, "there is no such credential");
  }
  act.note_user(user.value());
  act.note_correlation(credential->correlation);
  act.note("credentialId", to_base64url(credential->id));
  if (auto allowed = act.authorise(operation, user.value()); !allowed) {
    return std::unexpected(allowed.error());
  }
  return OwnedCredential{.credential = std::move(credential.value()),
                         .user = std::move(user.value())};
}

/// The credential, noted in the act, if it is that user's and the actor may do this to theirs.
Result<CredentialRecord> find_credential_of(Act& act,
                                            Operation operation,
                                            const UserReference& reference,
                                            BytesView id) {
  const auto user = act.find_user(operation, reference);
  if (!user) return std::unexpected(user.error());
  auto credential = act.view().credential(id);
  if (!credential || credential->user != user->id || credential->withdrawn_at) {
    return fail(ErrorCode::kCredentialUnknown, "this user has no such credential");
  }
  act.note_correlation(credential->correlation);
  act.note("credentialId", to_base64url(credential->id));
  return std::move(credential.value());
}

json::value time_or_null(const std::optional<Instant>& instant) {
  if (!instant) return nullptr;
  return json::value(to_rfc3339(instant.value()));
}

/// Errors: kStoreDamaged: only keys that were read once are ever stored.
Result<std::string> exported(const OwnedCredential& owned, const RelyingParty& relying_party) {
  const auto& [credential, user] = owned;
  const auto key = webauthn::CoseKey::parse(credential.public_key);
  if (!key) return fail(ErrorCode::kStoreDamaged, "the credential's public key cannot be read");
  const bool is_attested = credential.attestation_level == AttestationLevel::kAttested;
  return json::serialize(json::object{
      {"id", to_base64url(credential.id)},
      {"type", "public-key"},
      {"displayName", credential.display_name},
      {"rp", {{"id", relying_party.id}, {"name", relying_party.name}}},
      {"user",
       {{"id", to_base64url(user.handle)},
        {"name", user.name},
        {"displayName", user.display_name}}},
      {"publicKeyCose", to_base64url(credential.public_key)},
      {"publicKey", to_base64url(key->subject_public_key_info())},
      {"publicKeyAlgorithm", credential.algorithm},
      {"signCount", credential.sign_count},
      {"aaGuid", aaguid_text(credential.aaguid)},
      {"transports", json::array(credential.transports.begin(), credential.transports.end())},
      {"uvInitialized", credential.is_user_verified},
      {"backupEligible", credential.is_backup_eligible},
      {"backupState", credential.is_backed_up},
      {"isDiscoverable", credential.is_discoverable},
      {"isSimulated", credential.is_simulated},
      {"attestationFormat", credential.attestation_format},
      {"attestationLevel", is_attested ? "attested" : "notAttested"},
      {"attestationObject", to_base64url(credential.attestation_object)},
      {"clientDataJSON", to_base64url(credential.client_data_json)},
      {"createdDateTime", to_rfc3339(credential.created_at)},
      {"provenDateTime", time_or_null(credential.proven_at)},
      {"withdrawnDateTime", time_or_null(credential.withdrawn_at)},
  });
}

/// A session that is still open may store another in place of what is deleted.
void give_place_back(WriteTransaction& transaction, const CredentialRecord& credential) {
  auto session = transaction.session(credential.session);
  if (!session || session->state != SessionState::kOpen || credential.withdrawn_at) return;
  --session->credentials;
  transaction.update_session(session.value());
}

Effect<void> deletion_of(CredentialRecord credential) {
  return [credential = std::move(credential)](WriteTransaction& transaction) {
    give_place_back(transaction, credential);
    transaction.delete_credential(credential.id);
  };
}

}  // namespace

Result<std::vector<CredentialRecord>> CredentialRegistry::list_of(const UserReference& reference) {
  return administration_.look<std::vector<CredentialRecord>>(
      "credential.list", [&](Act& act) -> Result<std::vector<CredentialRecord>> {
        const auto user = act.find_user(Operation::kReadCredentials, reference);
        if (!user) return std::unexpected(user.error());
        return act.view().credentials_of(user->id);
      });
}

Result<std::vector<CredentialRecord>> CredentialRegistry::list(BytesView after, std::size_t limit) {
  return administration_.look<std::vector<CredentialRecord>>(
      "credential.list", [&](Act& act) -> Result<std::vector<CredentialRecord>> {
        if (auto allowed = act.authorise(Operation::kReadCredentials); !allowed) {
          return std::unexpected(allowed.error());
        }
        if (auto checked = check_limit(limit); !checked) return std::unexpected(checked.error());
        return credentials_where(act.view(), after, limit, [&](const CredentialRecord& credential) {
          const auto user = act.view().user(credential.user);
          return user && act.authorise(Operation::kReadCredentials, user.value());
        });
      });
}

Result<CredentialRecord> CredentialRegistry::show(BytesView id) {
  return administration_.look<CredentialRecord>(
      "credential.show", [&](Act& act) -> Result<CredentialRecord> {
        auto owned = find_credential(act, Operation::kReadCredentials, id);
        if (!owned) return std::unexpected(owned.error());
        return std::move(owned->credential);
      });
}

Result<void> CredentialRegistry::remove(BytesView id) {
  return administration_.act<void>("credential.delete", [&](Act& act) -> Result<Effect<void>> {
    const auto owned = find_credential(act, Operation::kDeleteCredential, id);
    if (!owned) return std::unexpected(owned.error());
    return deletion_of(owned->credential);
  });
}

Result<CredentialRecord> CredentialRegistry::show_of(const UserReference& user, BytesView id) {
  return administration_.look<CredentialRecord>("credential.show", [&](Act& act) {
    return find_credential_of(act, Operation::kReadCredentials, user, id);
  });
}

Result<void> CredentialRegistry::remove_of(const UserReference& user, BytesView id) {
  return administration_.act<void>("credential.delete", [&](Act& act) -> Result<Effect<void>> {
    auto credential = find_credential_of(act, Operation::kDeleteCredential, user, id);
    if (!credential) return std::unexpected(credential.error());
    return deletion_of(std::move(credential.value()));
  });
}

Result<std::string> CredentialRegistry::export_json(BytesView id) {
  return administration_.act<std::string>(
      "credential.export", [&](Act& act) -> Result<Effect<std::string>> {
        const auto owned = find_credential(act, Operation::kExportCredentials, id);
        if (!owned) return std::unexpected(owned.error());
        auto text = exported(owned.value(), act.settings().relying_party);
        if (!text) return std::unexpected(text.error());
        return [text = std::move(text.value())](WriteTransaction&) { return text; };
      });
}

}  // namespace firstkey::core
