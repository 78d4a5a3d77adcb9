#pragma once
// One question to a server and its answer, over TLS that trusts the given authorities alone (or the
// system's), each within a time. In plain to loopback only. Threads: any; each call has a
// connection of its own.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "enroll/http/exchange.h"

namespace firstkey::enroll::remote {

/// Where a server is: "https://verifier.example.org:8443".
struct ServerAddress {
  enum class Security { kTls, kPlain };
  Security security = Security::kTls;
  std::string host;  ///< a name, or an address without brackets
  std::string port;

  /// Errors: kInvalidArgument: not such a URL, a path in it, plain HTTP beyond loopback.
  [[nodiscard]] static core::Result<ServerAddress> parse(const std::string& url);
};

class HttpsClient {
 public:
  struct Question {
    std::string method;
    std::string path;
    std::vector<http::Header> headers;
    std::string body;
  };

  /// `trust`: certificates in PEM that chains may end in; empty: those of the system.
  /// Errors: kInvalidArgument: not certificates.
  [[nodiscard]] static core::Result<std::unique_ptr<HttpsClient>> create(ServerAddress server,
                                                                         const std::string& trust);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  /// What was sent is wiped. Errors: kVerifierUnreachable, saying why: no connection, a certificate
  /// that is not trusted or another's, no whole answer within `time`.
  [[nodiscard]] core::Result<http::Answer> ask(Question question, std::chrono::milliseconds time);

 private:
  class Trust;
  HttpsClient(ServerAddress server, std::unique_ptr<Trust> trust);

  ServerAddress server_;
  std::unique_ptr<Trust> trust_;
};

}  // namespace firstkey::enroll::remote
