#pragma once
// The Graph-compatible API at /v1.0 and /beta: core/administration as routes of a server, in the
// shapes of Microsoft Graph. Which of Graph's resources, and where it differs, is told in
// enroll/graph/README.md.

#include "core/pass_hash.h"
#include "core/pepper.h"
#include "core/random.h"
#include "enroll/graph/reception.h"

namespace firstkey::enroll::graph {

class GraphRoutes {
 public:
  /// All outlive the routes.
  struct Parts {
    Reception::Parts reception;
    core::Random& random;
    const core::Pepper& pepper;
    core::PassHasher& hasher;
  };
  explicit GraphRoutes(Parts parts) : parts_(std::move(parts)), reception_(parts_.reception) {}

  /// This must outlive `router`.
  void add_to(http::Router& router);

 private:
  Parts parts_;
  Reception reception_;
};

}  // namespace firstkey::enroll::graph
