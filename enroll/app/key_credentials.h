#pragma once
// key credentials: the discoverable credentials (passkeys) that a key holds.

#include <optional>
#include <string>

#include "enroll/app/consent.h"
#include "enroll/app/pin_entry.h"

namespace firstkey::enroll {

/// Those of every relying party, or of `rp_id` alone when it is not empty.
/// Errors: those of take_key() and PinDialogue; "unsupported_command".
[[nodiscard]] Attempt<void> list_key_credentials(const KeyDesk& desk,
                                                 const PinOptions& pins,
                                                 const std::string& rp_id);

struct CredentialRename {
  std::string id;  ///< or the beginning of it, as long as no other begins alike
  std::optional<std::string> user_name;          ///< absent: it stays
  std::optional<std::string> user_display_name;  ///< likewise
};

/// Errors: those of list_key_credentials(); "credential_unknown", "ambiguous_id";
/// "invalid_argument", when there is nothing to change.
[[nodiscard]] Attempt<void> rename_key_credential(const KeyDesk& desk,
                                                  const PinOptions& pins,
                                                  const CredentialRename& wish);

struct CredentialDeletion {
  std::string id;  ///< as in CredentialRename
  Consent consent = Consent::kToAsk;
};

/// Errors: those of rename_key_credential() and confirm().
[[nodiscard]] Attempt<void> delete_key_credential(const KeyDesk& desk,
                                                  const PinOptions& pins,
                                                  const CredentialDeletion& wish);

}  // namespace firstkey::enroll
