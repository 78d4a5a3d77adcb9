#pragma once
// Creation and request options out of a JSON object that is open already: json.h reads a whole
// document, a relying party's own form may have the options somewhere inside of it.

#include "core/webauthn/member_reader.h"
#include "core/webauthn/options.h"

namespace firstkey::core::webauthn {

/// PublicKeyCredentialCreationOptionsJSON. `rp.id` is empty where it is absent, for a client knows
/// it then (§5.4.2). An empty list of algorithms is ES256 and RS256 (§5.1.3 step 10); algorithms
/// and values of enumerations that nobody here knows are passed over.
[[nodiscard]] CreationOptions read_creation_options(const MemberReader& reader);

/// PublicKeyCredentialRequestOptionsJSON. `rp_id` is empty where it is absent (§5.5).
[[nodiscard]] RequestOptions read_request_options(const MemberReader& reader);

}  // namespace firstkey::core::webauthn
