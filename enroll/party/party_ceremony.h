#pragma once
// A registration or a sign-in at a relying party elsewhere, with what a browser would add on both
// sides of the key: the place it happens at, whether the key will do, and what extensions came to.
// Pure; key_requests.h has what is the same for our own verifier.
// Source: WebAuthn L3 §5.1.3 and §5.1.4, §10.1; CTAP 2.1 §12.

#include <optional>

#include "core/clock.h"
#include "core/webauthn/responses.h"
#include "device/types.h"
#include "enroll/key_requests.h"
#include "enroll/party/answer_form.h"
#include "enroll/party/extension_outputs.h"
#include "enroll/party/origin.h"
#include "enroll/party/party_options.h"

namespace firstkey::enroll {

/// Where and when a ceremony takes place.
struct PartyScene {
  std::optional<Origin> origin;  ///< where the page is, if somebody says so
  AnswerForm form = AnswerForm::kL3;
  core::Instant now;
};

/// The options with their relying party and their origin, as a browser would have them.
/// Errors: kOriginInvalid (neither names a relying party), kRpIdNotAllowed, kChallengeExpired,
/// kFormUnsuitable.
[[nodiscard]] PartyResult<CreationChallenge> place(PartyCreation creation, const PartyScene& scene);
[[nodiscard]] PartyResult<ProofChallenge> place(PartyRequest request, const PartyScene& scene);

/// Whether a key with these facts can do what is demanded, before anybody touches it.
/// Errors: kKeyUnsuitable, with what is wrong and what to do.
[[nodiscard]] PartyResult<void> check_key(const core::webauthn::CreationOptions& options,
                                          const device::AuthenticatorFacts& facts);

/// Whether the key will want its PIN, or its finger, for this.
[[nodiscard]] bool verifies_user(const device::CredentialRequest& request,
                                 const device::AuthenticatorFacts& facts);
[[nodiscard]] bool verifies_user(const device::AssertionRequest& request,
                                 const device::AuthenticatorFacts& facts);

/// What came of a registration, with everything an answer is made of.
struct PartyRegistration {
  core::webauthn::CreationOptions options;
  core::webauthn::RegistrationResponse response;
  CreationOutputs outputs;
  bool is_user_verified = false;
  bool is_discoverable = false;
};

/// Errors: kAnswerUnreadable.
[[nodiscard]] PartyResult<PartyRegistration> finish(const CreationChallenge& challenge,
                                                    const device::CredentialRequest& request,
                                                    const device::CredentialResponse& made);

/// The request for the credential `id`, which the key is known to hold, or any that is allowed.
[[nodiscard]] device::AssertionRequest sign_in_request(const ProofChallenge& challenge,
                                                       const std::optional<core::Bytes>& id,
                                                       const device::AuthenticatorFacts& facts);

/// Whether it has to be known which credential will sign before it is asked: each may be asked
/// something else.
[[nodiscard]] bool needs_look(const core::webauthn::RequestOptions& options);

/// What came of a sign-in.
struct PartySignIn {
  core::webauthn::AuthenticationResponse response;
  RequestOutputs outputs;
};
[[nodiscard]] PartySignIn finish(const ProofChallenge& challenge,
                                 const device::AssertionResponse& made);

}  // namespace firstkey::enroll
