#include "enroll/remote/https_client.h"

#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <sodium.h>

namespace firstkey::enroll::remote {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using Message = wire::request<wire::string_body>;
using Outcome = core::Result<http::Answer>;

constexpr auto kResult = asio::as_tuple(asio::use_awaitable);
/// Options that exclude many credentials stay far below.
constexpr std::uint64_t kLargestAnswer = std::uint64_t{1} << 20U;

std::unexpected<core::Error> unreachable(const ServerAddress& server,
                                         const boost::system::error_code& error) {
  const auto reason =
      error == beast::error::timeout ? std::string("no answer in time") : error.message();
  return core::fail(
      core::ErrorCode::kVerifierUnreachable,
      "the verifier " + server.host + ":" + server.port + " cannot be reached: " + reason);
}

void wipe(std::string& text) {
  ::sodium_memzero(text.data(), text.size());
}

Message to_message(HttpsClient::Question& question, const ServerAddress& server) {
  Message message(wire::string_to_verb(question.method), question.path, 11);
  message.set(wire::field::host, server.host + ":" + server.port);
  message.set(wire::field::connection, "close");
  for (auto& header : question.headers) {
    message.set(header.name, header.value);
    wipe(header.value);  // it may be a credential
  }
  if (!question.body.empty()) message.set(wire::field::content_type, "application/json");
  message.body() = std::move(question.body);
  message.prepare_payload();
  return message;
}

http::Answer to_answer(wire::response<wire::string_body> reply) {
  http::Answer answer{.status = reply.result_int(), .body = std::move(reply.body())};
  if (const auto wait = reply[wire::field::retry_after]; !wait.empty()) {
    answer.headers.push_back({"retry-after", std::string(wait.data(), wait.size())});
  }
  return answer;
}

/// Tells a server of many names which is meant. Source: RFC 6066 §3; an address is not sent.
void name_server(SSL* session, std::string host) {
  boost::system::error_code no_address;
  (void)asio::ip::make_address(host, no_address);
  if (!no_address) return;
  // SSL_set_tlsext_host_name() is a macro with a cast of C.
  ::SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
}

template <class Stream>
asio::awaitable<Outcome> exchange(Stream& stream, const ServerAddress& server, Message& message) {
  const auto [write_error, written] = co_await wire::async_write(stream, message, kResult);
  wipe(message.body());
  if (write_error) co_return unreachable(server, write_error);
  beast::flat_buffer buffer;
  wire::response_parser<wire::string_body> parser;
  parser.body_limit(kLargestAnswer);
  const auto [read_error, read] = co_await wire::async_read(stream, buffer, parser, kResult);
  if (read_error) co_return unreachable(server, read_error);
  co_return to_answer(parser.release());
}

}  // namespace

core::Result<ServerAddress> ServerAddress::parse(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool is_whole = parsed.has_value() && !parsed->host().empty() && !parsed->has_query() &&
                        !parsed->has_fragment() && !parsed->has_userinfo() &&
                        (parsed->encoded_path().empty() || parsed->encoded_path() == "/");
  if (!is_whole || (parsed->scheme() != "https" && parsed->scheme() != "http")) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "a verifier is given as https://HOST or https://HOST:PORT");
  }
  const bool is_plain = parsed->scheme() == "http";
  ServerAddress server{.security = is_plain ? Security::kPlain : Security::kTls,
                       .host = parsed->host_address(),
                       .port = parsed->has_port() ? std::string(parsed->port())
                                                  : std::string(is_plain ? "80" : "443")};
  boost::system::error_code no_address;
  const auto address = asio::ip::make_address(server.host, no_address);
  if (is_plain && (no_address || !address.is_loopback())) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "without TLS a verifier is called at 127.0.0.1 or [::1] only");
  }
  return server;
}

class HttpsClient::Trust {
 public:
  asio::ssl::context context{asio::ssl::context::tls_client};
};

HttpsClient::HttpsClient(ServerAddress server, std::unique_ptr<Trust> trust)
    : server_(std::move(server)), trust_(std::move(trust)) {}

HttpsClient::~HttpsClient() = default;

core::Result<std::unique_ptr<HttpsClient>> HttpsClient::create(ServerAddress server,
                                                               const std::string& trust) {
  auto trusted = std::make_unique<Trust>();
  auto& context = trusted->context;
  ::SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  if (trust.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.add_certificate_authority(asio::buffer(trust), error);
  }
  if (error) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "these are no certificates in PEM form: " + error.message());
  }
  context.set_verify_mode(asio::ssl::verify_peer, error);
  return std::unique_ptr<HttpsClient>(new HttpsClient(std::move(server), std::move(trusted)));
}

core::Result<http::Answer> HttpsClient::ask(Question question, std::chrono::milliseconds time) {
  asio::io_context context;
  Outcome outcome = core::fail(core::ErrorCode::kVerifierUnreachable, "nobody was asked");
  auto message = to_message(question, server_);
  const auto converse = [&]() -> asio::awaitable<Outcome> {
    tcp::resolver resolver(context);
    const auto [unknown, addresses] =
        co_await resolver.async_resolve(server_.host, server_.port, kResult);
    if (unknown) co_return unreachable(server_, unknown);
    beast::ssl_stream<beast::tcp_stream> secured(context, trust_->context);
    auto& transport = beast::get_lowest_layer(secured);
    transport.expires_after(time);
    const auto [unconnected, endpoint] = co_await transport.async_connect(addresses, kResult);
    if (unconnected) co_return unreachable(server_, unconnected);
    if (server_.security == ServerAddress::Security::kPlain) {
      co_return co_await exchange(transport, server_, message);
    }
    name_server(secured.native_handle(), server_.host);
    secured.set_verify_callback(asio::ssl::host_name_verification(server_.host));
    const auto [untrusted] =
        co_await secured.async_handshake(asio::ssl::stream_base::client, kResult);
    if (untrusted) co_return unreachable(server_, untrusted);
    co_return co_await exchange(secured, server_, message);
  };
  asio::co_spawn(context, converse, [&](const std::exception_ptr& thrown, Outcome given) {
    if (thrown) std::rethrow_exception(thrown);
    outcome = std::move(given);
  });
  context.run();
  wipe(message.body());
  return outcome;
}

}  // namespace firstkey::enroll::remote
