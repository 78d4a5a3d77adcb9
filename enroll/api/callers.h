#pragma once
// Who calls an administrators' route: the API credential that a request shows as its bearer, known
// or refused. A station's bearer is none, for it has another form. Whoever is not known hears one
// and the same; the trail says why, as far as one address is worth rows.

#include <string>

#include "core/administration/principal.h"
#include "core/api_admission.h"
#include "core/result.h"
#include "enroll/http/exchange.h"
#include "enroll/http/rate_limit.h"

namespace firstkey::enroll::api {

struct Caller {
  core::Principal principal;
  std::string name;  ///< for the log and rate limits; no two callers have the same
};

class Callers {
 public:
  /// All outlive this.
  struct Parts {
    core::ApiAdmission& admission;
    /// Of an address, over which it is refused without another row in the trail.
    http::RateLimit& refusals;
  };
  explicit Callers(Parts parts) : parts_(parts) {}

  /// Waits for the store. Errors: kApiCredentialUnknown, whatever is wrong with what was shown (or
  /// that nothing was), and those of the store. Threads: any.
  [[nodiscard]] core::Result<Caller> identify(const http::Request& request);

 private:
  Parts parts_;
};

/// The bearer of "Authorization: Bearer …", in wiped memory; empty if there is none.
/// Source: RFC 6750 §2.1; RFC 9110 §11.1: the scheme in any case.
[[nodiscard]] core::Secret bearer_of(const http::Request& request);

}  // namespace firstkey::enroll::api
