#include "enroll/graph/graph_routes.h"

#include "enroll/graph/user_routes.h"

namespace firstkey::enroll::graph {

void GraphRoutes::add_to(http::Router& router) {
  add_user_routes(router, reception_, parts_.random);
}

}  // namespace firstkey::enroll::graph
