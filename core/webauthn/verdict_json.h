#pragma once
// A verdict, and what attestation came to, as JSON for scripts and archives.

#include <boost/json/object.hpp>

#include "core/webauthn/registration_verifier.h"
#include "core/webauthn/verdict.h"

namespace firstkey::core::webauthn {

/// {"step", "source", "outcome"}, and where there is any: "code" and "detail" of what failed,
/// "evidence" as an object of strings, "steps".
[[nodiscard]] boost::json::object verdict_json(const VerdictNode& verdict);

/// {"format", "type", "attestationLevel", "trustRoot"}: "none", "self" or "certified"; Graph's
/// "attested" or "notAttested"; the root's subject, or null; "metadataNumber" where the root is one
/// of the model's own metadata.
[[nodiscard]] boost::json::object attestation_json(const Attestation& attestation);

}  // namespace firstkey::core::webauthn
