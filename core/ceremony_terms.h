#pragma once
// What the settings demand of a WebAuthn ceremony. The options a key is given and the expectations
// its answer is held to are made here, side by side, so that they cannot disagree.

#include <vector>

#include "core/credential.h"
#include "core/session.h"
#include "core/settings.h"
#include "core/trusted_roots.h"
#include "core/user.h"
#include "core/webauthn/assertion_verifier.h"
#include "core/webauthn/options.h"
#include "core/webauthn/registration_verifier.h"

namespace firstkey::core {

/// Whether a response judged under `before` is judged under `after` just the same.
[[nodiscard]] bool demand_alike(const Settings& before, const Settings& after);

/// Whether `user` may register keys in `session` at all. Errors: kKeyNotAllowed (the key policy is
/// off, leaves no registering to people themselves, or is not for this user), kSimulatorNotAllowed.
[[nodiscard]] Result<void> check_key_policy(const Settings& settings,
                                            const User& user,
                                            const Session& session);

/// `existing`: the user's credentials, of which a key must not hold another.
[[nodiscard]] webauthn::CreationOptions creation_options(
    const Settings& settings,
    const User& user,
    const Challenge& challenge,
    const std::vector<CredentialRecord>& existing);

/// What attestation is judged by; both must outlive the expectations made of them.
struct AttestationAnchors {
  const ListedRoots& listed;
  const webauthn::MetadataService* metadata = nullptr;  ///< null without any
};

[[nodiscard]] webauthn::RegistrationExpectations registration_expectations(
    const Settings& settings,
    const Bytes& challenge,
    const AttestationAnchors& anchors,
    Instant now);

/// What the key policy makes of metadata.
[[nodiscard]] webauthn::MetadataRules metadata_rules(const KeyPolicy& policy);

/// A proof always needs user verification, whatever the key policy asks of a registration.
[[nodiscard]] webauthn::RequestOptions request_options(const Settings& settings,
                                                       const CredentialRecord& credential,
                                                       const Challenge& challenge);

[[nodiscard]] webauthn::AssertionExpectations assertion_expectations(const Settings& settings,
                                                                     const User& user,
                                                                     const Bytes& credential_id,
                                                                     const Bytes& challenge);

}  // namespace firstkey::core
