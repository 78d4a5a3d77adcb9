#pragma once
// /policies/authenticationMethodsPolicy/authenticationMethodConfigurations: the policies of passes
// ("TemporaryAccessPass") and of keys ("fido2"), with what is ours beside what is Graph's.
// Source: Microsoft Graph, "temporaryAccessPassAuthenticationMethodConfiguration" and
// "fido2AuthenticationMethodConfiguration".

#include "enroll/graph/reception.h"

namespace firstkey::enroll::graph {

/// `reception` outlives `router`.
void add_policy_routes(http::Router& router, Reception& reception);

}  // namespace firstkey::enroll::graph
