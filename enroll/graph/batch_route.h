#pragma once
// /$batch: up to 20 requests in one, each answered as if it had come alone: identified, counted and
// refused by itself. They run one after the other; one that depends on another that failed is not
// run. Source: Microsoft Graph, "Combine multiple HTTP requests using JSON batching".

#include "enroll/graph/reception.h"

namespace firstkey::enroll::graph {

/// `router` answers what is in a batch; it and `reception` outlive the route.
void add_batch_route(http::Router& router, Reception& reception);

}  // namespace firstkey::enroll::graph
