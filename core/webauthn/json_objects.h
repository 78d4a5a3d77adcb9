#pragma once
// WebAuthn's JSON forms as objects: to read where they stand inside another document, which was
// read as strictly as json.h reads them, and to write for who answers in a form around them.

#include <boost/json/object.hpp>

#include "core/webauthn/error.h"
#include "core/webauthn/options.h"
#include "core/webauthn/responses.h"

namespace firstkey::core::webauthn {

/// Errors: kJsonMember…, kJsonBase64urlInvalid; of a response also kResponseInconsistent.
[[nodiscard]] Result<CreationOptions> read_creation_options(const boost::json::object& object);
[[nodiscard]] Result<RegistrationResponse> read_registration_response(
    const boost::json::object& object);

/// RegistrationResponseJSON, AuthenticationResponseJSON. WebAuthn L3 §5.1.
[[nodiscard]] boost::json::object to_object(const RegistrationResponse& response);
[[nodiscard]] boost::json::object to_object(const AuthenticationResponse& response);

}  // namespace firstkey::core::webauthn
