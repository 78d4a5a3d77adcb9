#pragma once
// The client extensions of options, out of JSON and into it: WebAuthn L3 §10.1, CTAP 2.1 §12. What
// a client answers with NotSupportedError or SyntaxError is refused as a member that may not be
// there.

#include <vector>

#include <boost/json/object.hpp>

#include "core/webauthn/member_reader.h"
#include "core/webauthn/options.h"

namespace firstkey::core::webauthn {

/// From the member "extensions" of creation options.
[[nodiscard]] CreationExtensions read_creation_extensions(const MemberReader& options);

/// From the member "extensions" of request options that allow the credentials `allowed`.
[[nodiscard]] RequestExtensions read_request_extensions(
    const MemberReader& options, const std::vector<CredentialDescriptor>& allowed);

[[nodiscard]] boost::json::object to_object(const CreationExtensions& extensions);
[[nodiscard]] boost::json::object to_object(const RequestExtensions& extensions);

}  // namespace firstkey::core::webauthn
