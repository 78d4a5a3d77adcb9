#pragma once
// /users: the directory. Source: Microsoft Graph, resource type "user".

#include "core/random.h"
#include "enroll/graph/reception.h"

namespace firstkey::enroll::graph {

/// All outlive `router`.
void add_user_routes(http::Router& router, Reception& reception, core::Random& random);

}  // namespace firstkey::enroll::graph
