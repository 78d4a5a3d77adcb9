#pragma once
// register and authenticate: a key used for a relying party elsewhere, as a browser would use it.

#include <optional>
#include <string>

#include "enroll/app/pin_entry.h"
#include "enroll/party/answers.h"

namespace firstkey::enroll {

/// What the command line says of a relying party's options.
struct PartyWish {
  std::string options;  ///< the document
  std::string origin;   ///< empty: https and the relying party's id
  std::optional<AnswerForm> form;
  AnswerNames names;
};

/// Makes a credential and prints what the relying party is to be told.
/// Errors: those of take_key(), PinDialogue and PartyErrorCode; "credential_excluded" and whatever
/// else the key says.
[[nodiscard]] Attempt<void> register_key(const KeyDesk& desk,
                                         const PinOptions& pins,
                                         const PartyWish& wish);

/// Signs in and prints the same. Errors: as register_key(); "no_credentials".
[[nodiscard]] Attempt<void> authenticate_key(const KeyDesk& desk,
                                             const PinOptions& pins,
                                             const PartyWish& wish);

}  // namespace firstkey::enroll
