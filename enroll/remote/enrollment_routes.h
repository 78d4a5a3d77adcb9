#pragma once
// The enrollment API: core/verifier.h as routes of a server, for stations that showed who they are.
// A session's secret travels in the header Firstkey-Session-Secret, a station's credential as a
// bearer. Told in words in enroll/remote/README.md.

#include <expected>
#include <functional>
#include <string>

#include <boost/json/object.hpp>

#include "core/station_admission.h"
#include "core/verifier.h"
#include "enroll/http/rate_limit.h"
#include "enroll/http/router.h"
#include "enroll/remote/story_watch.h"

namespace firstkey::enroll::remote {

class EnrollmentRoutes {
 public:
  /// All outlive the routes.
  struct Parts {
    core::Verifier& verifier;
    core::StationAdmission& admission;
    core::Store& store;
    StoryWatch& watch;
    const core::Clock& clock;
    http::RateLimit& by_station;
    /// Of an address, over which it is told so without another row in the trail.
    http::RateLimit& refusals;
  };
  explicit EnrollmentRoutes(Parts parts) : parts_(parts) {}

  /// This must outlive `router`.
  void add_to(http::Router& router);

 private:
  using Outcome = core::Result<boost::json::object>;
  /// A request of a station that is known, and what it asks.
  struct Call {
    http::Request& request;
    const http::Arguments& arguments;
    core::StationId station;
  };
  using Answering = std::function<Outcome(const Call&)>;
  using AnsweringInSession = std::function<Outcome(const Call&, const core::SessionTicket&)>;

  void add(http::Router& router,
           const std::string& method,
           const std::string& pattern,
           http::Lane lane,
           Answering answering);
  void add_in_session(http::Router& router,
                      const std::string& method,
                      const std::string& pattern,
                      AnsweringInSession answering);
  void add_proofs_to(http::Router& router);

  [[nodiscard]] http::Answer answer(http::Request& request,
                                    const http::Arguments& arguments,
                                    const Answering& answering);
  /// The station that asks, or what it hears instead of an answer.
  [[nodiscard]] std::expected<core::StationId, http::Answer> recognise(http::Request& request);
  [[nodiscard]] http::Answer refuse_caller(http::Request& request);
  [[nodiscard]] http::Answer events(http::Request& request, const http::Arguments& arguments);
  [[nodiscard]] http::Answer join(http::Request& request);
  [[nodiscard]] Outcome redeem(const Call& call);
  [[nodiscard]] Outcome resume(const Call& call);

  Parts parts_;
};

}  // namespace firstkey::enroll::remote
