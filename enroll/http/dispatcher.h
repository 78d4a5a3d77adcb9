#pragma once
// From a request to its answer, whatever it came over: rate limit, route, lane, log and metrics.
// Nothing a client sends gets past this but through a route's action.

#include <functional>
#include <memory>

#include "core/clock.h"
#include "core/random.h"
#include "enroll/http/exchange.h"
#include "enroll/http/metrics.h"
#include "enroll/http/rate_limit.h"
#include "enroll/http/request_log.h"
#include "enroll/http/router.h"
#include "enroll/http/worker_pool.h"

namespace firstkey::enroll::http {

class Dispatcher {
 public:
  /// All outlive the dispatcher.
  struct Parts {
    const Router& router;
    const core::Clock& clock;
    core::Random& random;
    RateLimit& by_address;
    WorkerPool& store_workers;
    WorkerPool& hash_workers;
    Metrics& metrics;
    RequestLog& log;
  };
  /// Called exactly once, on any thread; dropped uncalled when the workers end.
  using Done = std::move_only_function<void(Answer)>;
  using PortionDone = std::move_only_function<void(EventFeed::Portion)>;

  explicit Dispatcher(Parts parts) : parts_(parts) {}

  /// Returns at once; what takes time is done by workers. Threads: any.
  void dispatch(Request request, Done done);
  /// Asks `feed` for its next portion; where no worker has room, an empty one. Returns at once;
  /// `done` is called as that of dispatch(). Threads: any.
  void take(std::shared_ptr<EventFeed> feed, PortionDone done);
  /// For a request that could not even be read: 400, 413 or 431.
  [[nodiscard]] Answer refuse(Request request, unsigned status);

 private:
  struct Pending {
    Request request;
    Done done;
    core::Duration began{};
    const Route* route = nullptr;  ///< null: the path leads nowhere
    Arguments arguments;
  };
  void follow(const std::shared_ptr<Pending>& pending);
  [[nodiscard]] Answer act(Pending& pending);
  [[nodiscard]] EventFeed::Portion next_of(EventFeed& feed);
  void finish(Pending& pending, Answer answer);
  void account(const Request& request,
               const Answer& answer,
               const std::string& pattern,
               core::Duration began);

  Parts parts_;
};

}  // namespace firstkey::enroll::http
