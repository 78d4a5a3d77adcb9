#pragma once
// One request and its answer, free of any HTTP library, so that what answers compiles and is tested
// without one. A request is bounded before it gets here (limits.h).

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "enroll/http/event_feed.h"

namespace firstkey::enroll::http {

struct Header {
  std::string name;  ///< in lower case
  std::string value;
};

struct Request {
  std::string id;  ///< ours, for log and error envelope
  std::string method;
  std::string path;  ///< as sent, without the query
  std::string query;
  std::vector<Header> headers;
  std::string body;
  std::string peer;              ///< the address it came from
  std::string scheme = "https";  ///< of the door it came through

  /// The first header of this name (in lower case); empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    for (const auto& known : headers) {
      if (known.name == name) return known.value;
    }
    return {};
  }
};

struct Answer {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<Header> headers;  ///< besides those of every answer
  std::string principal;  ///< for the log: who was answered; empty: nobody who showed a credential
  /// What follows the body, until it ends; null: nothing. Shared with the worker that asks it.
  std::shared_ptr<EventFeed> events{};
};

}  // namespace firstkey::enroll::http
