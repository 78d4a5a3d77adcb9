#pragma once
// Administration of stored credentials: seeing, deleting and handing them on.

#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/credential.h"

namespace firstkey::core {

class CredentialRegistry {
 public:
  /// `administration` must outlive this.
  explicit CredentialRegistry(Administration& administration) : administration_(administration) {}

  /// Those of a user that are not withdrawn, oldest first; everybody may see their own.
  /// Errors: kUserUnknown.
  [[nodiscard]] Result<std::vector<CredentialRecord>> list_of(const UserReference& user);

  /// At most `limit` (1..1000) credentials after `after` (empty: from the start), by id, withdrawn
  /// ones included: those of users the actor may see credentials of.
  [[nodiscard]] Result<std::vector<CredentialRecord>> list(BytesView after, std::size_t limit);

  /// Errors of this and all below: kCredentialUnknown.
  [[nodiscard]] Result<CredentialRecord> show(BytesView id);

  /// The same of a credential that is `user`'s and not withdrawn. Errors: kUserUnknown, too.
  [[nodiscard]] Result<CredentialRecord> show_of(const UserReference& user, BytesView id);
  [[nodiscard]] Result<void> remove_of(const UserReference& user, BytesView id);

  /// Deletes the record; what is on the key stays there. Its id may be registered again.
  [[nodiscard]] Result<void> remove(BytesView id);

  /// All of the record as JSON, for another relying party's server: names as in WebAuthn L3's JSON
  /// and Graph's fido2AuthenticationMethod, bytes as base64url, the public key both as
  /// SubjectPublicKeyInfo ("publicKey", as in L3) and as COSE_Key, with what the key and the client
  /// sent. Leaves an audit row. Errors: kStoreDamaged.
  [[nodiscard]] Result<std::string> export_json(BytesView id);

 private:
  Administration& administration_;
};

}  // namespace firstkey::core
