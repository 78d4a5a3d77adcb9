#pragma once
// Options as relying parties hand them out, each in a form of its own. Of which form they are is
// read off what only that form has, and never guessed: what fits none, or two, is refused until
// somebody says it. Members nobody here knows are ignored. Pure.
// Sources: WebAuthn L3 §5.1.8 and §5.1.9 (the standard's JSON); Microsoft Graph v1.0,
// webauthnCredentialCreationOptions (ids in padded standard base64 have been seen); Okta Factors
// API, "Enroll a WebAuthn factor" and "Issue a WebAuthn challenge".

#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/webauthn/options.h"
#include "enroll/party/error.h"

namespace firstkey::enroll {

/// How a relying party writes its options, and wants its answer.
enum class PartyForm {
  kL3,     ///< the standard's own
  kGraph,  ///< Microsoft Graph, fido2Methods
  kOkta,   ///< Okta's factors
};

struct PartyCreation {
  PartyForm form = PartyForm::kL3;
  core::webauthn::CreationOptions options;  ///< rp.id is empty when nobody named it
  /// Until when the answer is taken; Graph's challengeTimeoutDateTime.
  std::optional<core::Instant> expires_at;
};

struct PartyRequest {
  PartyForm form = PartyForm::kL3;
  core::webauthn::RequestOptions options;  ///< rp_id is empty when nobody named it
};

/// With `said` the options are of that form. In the standard's they may then stand inside of
/// "publicKey", as a page hands them to a browser.
/// Errors: kOptionsInvalid, kFormUnclear.
[[nodiscard]] PartyResult<PartyCreation> read_party_creation(std::string_view json,
                                                             std::optional<PartyForm> said);

/// The same of request options; Graph has none.
/// Errors: kOptionsInvalid, kFormUnclear; kFormUnsuitable for Graph.
[[nodiscard]] PartyResult<PartyRequest> read_party_request(std::string_view json,
                                                           std::optional<PartyForm> said);

}  // namespace firstkey::enroll
