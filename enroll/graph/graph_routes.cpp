#include "enroll/graph/graph_routes.h"

#include "enroll/graph/audit_routes.h"
#include "enroll/graph/batch_route.h"
#include "enroll/graph/method_routes.h"
#include "enroll/graph/pass_routes.h"
#include "enroll/graph/policy_routes.h"
#include "enroll/graph/user_routes.h"

namespace firstkey::enroll::graph {

void GraphRoutes::add_to(http::Router& router) {
  const PassParts passes{.random = parts_.random, .pepper = parts_.pepper, .hasher = parts_.hasher};
  add_user_routes(router, reception_, parts_.random);
  add_pass_routes(router, reception_, passes);
  add_policy_routes(router, reception_);
  add_method_routes(router, reception_, passes);
  add_audit_routes(router, reception_);
  add_batch_route(router, reception_);
}

}  // namespace firstkey::enroll::graph
