#pragma once
// What a relying party is told, in its own form. What a prf evaluates to is a secret, so an answer
// is one.
// Sources: WebAuthn L3 §5.1 (RegistrationResponseJSON, AuthenticationResponseJSON); Microsoft Graph
// v1.0, "Create fido2AuthenticationMethod"; Okta Factors API, "Activate a WebAuthn factor", "Verify
// a WebAuthn factor".

#include <string>
#include <string_view>
#include <variant>

#include "core/secret.h"
#include "enroll/party/answer_form.h"
#include "enroll/party/party_ceremony.h"

namespace firstkey::enroll {

/// Names that only some forms have room for.
struct AnswerNames {
  std::string key;   ///< what Graph is to call the key; 1 to 30 characters
  std::string user;  ///< whose line it is for pam_u2f; empty: the user of the options
};

/// As much of a model's name as Graph takes for that of a key: whole characters of UTF-8.
[[nodiscard]] std::string key_name_of(std::string_view model);

/// What is printed: a JSON document, or for kIpa, kPamU2f and kSshNote lines of text.
using PartyAnswer = std::variant<core::Secret, std::string>;

/// Errors: kFormUnsuitable, where the form has no room for what was made.
[[nodiscard]] PartyResult<PartyAnswer> answer(const PartyRegistration& registration,
                                              AnswerForm form,
                                              const AnswerNames& names);

/// kL3 or kOkta. Errors: kFormUnsuitable.
[[nodiscard]] PartyResult<PartyAnswer> answer(const PartySignIn& sign_in, AnswerForm form);

/// `options` with those algorithms alone that `form` has room for: looked at before the key is
/// asked, so that no credential is made which could not be told.
/// Errors: kFormUnsuitable.
[[nodiscard]] PartyResult<core::webauthn::CreationOptions> narrow(
    core::webauthn::CreationOptions options, AnswerForm form, const AnswerNames& names);

}  // namespace firstkey::enroll
