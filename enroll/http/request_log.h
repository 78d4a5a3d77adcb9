#pragma once
// The server's log: one JSON object a line, to a descriptor. Never a body, a query, a header or a
// secret; of a request its path, and an id that is also in the answer. Threads: any.

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "enroll/http/exchange.h"

namespace firstkey::enroll::http {

class RequestLog {
 public:
  /// `clock` must outlive this; `fd` stays the caller's.
  RequestLog(const core::Clock& clock, int fd) : clock_(clock), fd_(fd) {}

  void answered(const Request& request, const Answer& answer, std::chrono::microseconds took);
  /// Something about the server itself: "listening", "stopping", "certificate_reloaded".
  void said(std::string_view event, std::string_view detail);

 private:
  void write(std::string line);

  const core::Clock& clock_;
  int fd_;
  std::mutex mutex_;
};

}  // namespace firstkey::enroll::http
