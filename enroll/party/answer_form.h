#pragma once
// In which form a relying party wants its answer, as --format names them.

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "enroll/party/party_options.h"

namespace firstkey::enroll {

enum class AnswerForm {
  kL3,       ///< RegistrationResponseJSON, AuthenticationResponseJSON
  kGraph,    ///< the body of Microsoft Graph's POST fido2Methods
  kOkta,     ///< the body of Okta's activate, or verify
  kIpa,      ///< FreeIPA's passkey mapping
  kPamU2f,   ///< a line of pam_u2f's authfile
  kSshNote,  ///< a public key for authorized_keys, and how its owner gets at the other half
};

inline constexpr std::array<std::pair<AnswerForm, std::string_view>, 6> kAnswerForms{
    {{AnswerForm::kL3, "l3"},
     {AnswerForm::kGraph, "graph"},
     {AnswerForm::kOkta, "okta"},
     {AnswerForm::kIpa, "ipa"},
     {AnswerForm::kPamU2f, "pam-u2f"},
     {AnswerForm::kSshNote, "ssh-note"}}};

/// "l3"
[[nodiscard]] std::string_view name_of(AnswerForm form) noexcept;

/// The form that options come in where the answer goes the same way; nothing for the others, whose
/// options may be in any.
[[nodiscard]] std::optional<PartyForm> options_form_of(AnswerForm form) noexcept;
/// The answer that fits options of `form`.
[[nodiscard]] AnswerForm answer_form_of(PartyForm form) noexcept;

/// Whether `rp_id` names something of this computer that no browser knows, in an answer for it:
/// "ssh:" and what follows, or "pam://" and a host.
[[nodiscard]] bool is_beyond_browsers(AnswerForm form, std::string_view rp_id) noexcept;

}  // namespace firstkey::enroll
