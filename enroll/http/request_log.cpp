#include "enroll/http/request_log.h"

#include <boost/json.hpp>
#include <unistd.h>

namespace firstkey::enroll::http {

namespace {

namespace json = boost::json;

constexpr std::size_t kLongestPath = 200;

/// What a stranger sent, cut, and in ASCII: a log is read at terminals.
std::string plain(std::string_view text) {
  std::string kept(text.substr(0, kLongestPath));
  for (auto& c : kept) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7E) c = '?';
  }
  return kept;
}

}  // namespace

void RequestLog::answered(const Request& request,
                          const Answer& answer,
                          std::chrono::microseconds took) {
  json::object line{{"time", core::to_rfc3339(clock_.read().wall)},
                    {"event", "request"},
                    {"requestId", request.id},
                    {"method", plain(request.method)},
                    {"path", plain(request.path)},
                    {"status", answer.status},
                    {"microseconds", took.count()},
                    {"peer", request.peer}};
  if (!answer.principal.empty()) line["principal"] = answer.principal;
  write(json::serialize(line));
}

void RequestLog::said(std::string_view event, std::string_view detail) {
  json::object line{{"time", core::to_rfc3339(clock_.read().wall)}, {"event", event}};
  if (!detail.empty()) line["detail"] = detail;
  write(json::serialize(line));
}

void RequestLog::write(std::string line) {
  line += '\n';
  const std::lock_guard lock(mutex_);
  std::string_view left = line;
  while (!left.empty()) {
    const auto written = ::write(fd_, left.data(), left.size());
    if (written <= 0) return;  // a log nobody reads stops no enrollment
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace firstkey::enroll::http
