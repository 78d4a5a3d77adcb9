#pragma once
// /users/{}/authentication/temporaryAccessPassMethods: passes. The passcode is in the answer to
// POST and nowhere else. Source: Microsoft Graph, "temporaryAccessPassAuthenticationMethod".

#include "core/administration/pass_issuer.h"
#include "enroll/graph/reception.h"

namespace firstkey::enroll::graph {

/// What passes are made with. All outlive the routes.
struct PassParts {
  core::Random& random;
  const core::Pepper& pepper;
  core::PassHasher& hasher;
};

/// `reception` outlives `router`.
void add_pass_routes(http::Router& router, Reception& reception, const PassParts& parts);

[[nodiscard]] core::PassIssuer issuer_for(const Call& call, const PassParts& parts);

/// A pass as Graph shows it, without its passcode.
[[nodiscard]] boost::json::object to_json(const core::PassView& pass);

}  // namespace firstkey::enroll::graph
