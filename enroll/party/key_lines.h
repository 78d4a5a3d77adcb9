#pragma once
// A new credential as programs on this computer keep it, in lines of text.
// Sources: FreeIPA, "Passkey authentication" (design; SSSD's passkey_child prints the same);
// pam_u2f 1.1 and later, pamu2fcfg(1) and the file it writes; OpenSSH, PROTOCOL.u2f and
// ssh-keygen(1) -K.

#include <string>
#include <string_view>

#include "enroll/party/party_ceremony.h"

namespace firstkey::enroll {

/// "passkey:" id "," public key, and for a credential that the key finds by itself "," user id:
/// each in base64, the key as the inside of its PEM. Nothing is refused.
[[nodiscard]] PartyResult<std::string> ipa_mapping(const PartyRegistration& registration);

/// Whether `user` can begin a line. Errors: kFormUnsuitable.
[[nodiscard]] PartyResult<void> check_pam_user(std::string_view user);

/// user ":" id "," public key "," algorithm "," what a sign-in takes ("+presence+pin").
/// Errors: kFormUnsuitable for an algorithm that pam_u2f does not know.
[[nodiscard]] PartyResult<std::string> pam_u2f_line(const PartyRegistration& registration,
                                                    std::string_view user);

/// ES256, EdDSA and RS256. ES256 and EdDSA.
[[nodiscard]] bool is_known_to_pam(core::webauthn::Algorithm algorithm) noexcept;
[[nodiscard]] bool is_known_to_ssh(core::webauthn::Algorithm algorithm) noexcept;

/// The public key for authorized_keys, and what brings the private half to a computer.
/// Errors: kFormUnsuitable for an algorithm that OpenSSH does not know.
[[nodiscard]] PartyResult<std::string> ssh_note(const PartyRegistration& registration);

}  // namespace firstkey::enroll
