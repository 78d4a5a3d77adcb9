#include <algorithm>
#include <string>

#include <sys/resource.h>

#include "enroll/http/server.h"

namespace firstkey::enroll::http {

namespace {

/// Files that are open besides connections: store, log, certificates, doors.
constexpr std::size_t kOtherFiles = 64;

}  // namespace

core::Result<void> secure_file_limit(std::size_t connections) {
  const auto needed = connections + kOtherFiles;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < needed) {
    limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
    (void)::setrlimit(RLIMIT_NOFILE, &limit);  // what became of it is read below
    (void)::getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) return {};
  return core::fail(core::ErrorCode::kInvalidArgument,
                    "this process may open " + std::to_string(limit.rlim_cur) + " files; " +
                        std::to_string(connections) + " connections need " +
                        std::to_string(needed) + " (LimitNOFILE= or ulimit -n)");
}

}  // namespace firstkey::enroll::http
