#pragma once
// The server: doors (addresses it listens at), one thread that does all input and output, and an
// orderly end. SIGTERM and SIGINT stop it: what runs is finished within Limits::drain_time, nothing
// new is taken. SIGHUP reads certificates again; connections that are open go on.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "enroll/http/connection_count.h"
#include "enroll/http/dispatcher.h"
#include "enroll/http/limits.h"
#include "enroll/http/tls_files.h"

namespace firstkey::enroll::http {

/// Where to listen, and what answers there.
struct Door {
  std::string address;               ///< IPv4 or IPv6, as digits
  std::uint16_t port = 0;            ///< 0: one that is free
  const TlsFiles* tls = nullptr;     ///< null: in plain, on loopback only; else outlives the server
  Dispatcher* dispatcher = nullptr;  ///< never null; outlives the server
};

class Server {
 public:
  /// Both outlive the server.
  struct Reports {
    Metrics& metrics;
    RequestLog& log;
  };

  /// Listens at every door. Errors: kInvalidArgument: an address that is none, in use or not
  /// allowed, files that do not read, plain HTTP beyond loopback, too few file descriptors.
  [[nodiscard]] static core::Result<std::unique_ptr<Server>> open(const std::vector<Door>& doors,
                                                                  const Limits& limits,
                                                                  Reports reports);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port of each door, in order.
  [[nodiscard]] const std::vector<std::uint16_t>& ports() const noexcept;

  /// Serves until stopped. What `dispatcher` still has with workers is not waited for beyond the
  /// drain time: end the workers before the server.
  void run();
  /// Threads: any, as reload().
  void stop();
  void reload();

 private:
  class Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Raises the limit of open files as far as it may be and needs to. Errors: kInvalidArgument, when
/// that is too low for `connections`, naming both numbers.
[[nodiscard]] core::Result<void> secure_file_limit(std::size_t connections);

}  // namespace firstkey::enroll::http
