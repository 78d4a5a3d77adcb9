#pragma once
// WebAuthn's JSON forms, both ways (L3 §5.1, §5.4, §5.5). Reading is strict: size and depth are
// bounded, duplicate members, wrong types and any base64url but the one canonical spelling are
// refused; members nobody here knows are ignored, as a dictionary's are.
// Errors of every parser: kJson…; kResponseInconsistent when `id` is not `rawId`.

#include <string>
#include <string_view>

#include "core/webauthn/error.h"
#include "core/webauthn/options.h"
#include "core/webauthn/responses.h"

namespace firstkey::core::webauthn {

/// The largest JSON text any parser here takes, in bytes. A key's answer is at most 4096 bytes
/// (libfido2's FIDO_MAXMSG_CRED), thrice that in a response; the rest is room for long lists.
inline constexpr std::size_t kMaxJsonSize = 64 * 1024;

[[nodiscard]] Result<CreationOptions> parse_creation_options(std::string_view json);
[[nodiscard]] Result<RequestOptions> parse_request_options(std::string_view json);
[[nodiscard]] Result<RegistrationResponse> parse_registration_response(std::string_view json);
[[nodiscard]] Result<AuthenticationResponse> parse_authentication_response(std::string_view json);

[[nodiscard]] std::string to_json(const CreationOptions& options);
[[nodiscard]] std::string to_json(const RequestOptions& options);
[[nodiscard]] std::string to_json(const RegistrationResponse& response);
[[nodiscard]] std::string to_json(const AuthenticationResponse& response);

}  // namespace firstkey::core::webauthn
