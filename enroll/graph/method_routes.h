#pragma once
// /users/{}/authentication/methods and /fido2Methods: what a user can sign in with. A key's id is
// its credential id in base64url. Source: Microsoft Graph, "authenticationMethod" and
// "fido2AuthenticationMethod".

#include "core/credential.h"
#include "enroll/graph/pass_routes.h"
#include "enroll/graph/reception.h"

namespace firstkey::enroll::graph {

/// `reception` outlives `router`.
void add_method_routes(http::Router& router, Reception& reception, const PassParts& parts);

/// A key as Graph shows it.
[[nodiscard]] boost::json::object to_json(const core::CredentialRecord& credential);

}  // namespace firstkey::enroll::graph
