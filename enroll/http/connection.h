#pragma once
// One client: reads its requests one after the other, each within its limits, and writes their
// answers. A client that is slow, silent or malformed costs one connection for a bounded time.
// Threads: the server's one.

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "enroll/http/connection_count.h"
#include "enroll/http/dispatcher.h"
#include "enroll/http/limits.h"

namespace firstkey::enroll::http {

/// Both outlive every connection.
struct ConnectionParts {
  Dispatcher& dispatcher;
  const Limits& limits;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket,
             std::unique_ptr<ConnectionCount::Place> place,
             std::string peer,
             ConnectionParts parts);

  /// Talks to its end; `tls` null: in plain. The coroutine shares the connection with the server,
  /// which may want to stop it.
  [[nodiscard]] boost::asio::awaitable<void> talk(std::shared_ptr<boost::asio::ssl::context> tls);

  /// Closes it now if it waits for a request, else after the answer to the one that runs.
  void stop();

 private:
  enum class Next { kAnother, kClose };

  template <class Stream>
  boost::asio::awaitable<void> serve(Stream& stream);
  template <class Stream>
  boost::asio::awaitable<bool> hears_a_byte(Stream& stream);
  template <class Stream>
  boost::asio::awaitable<Next> serve_one(Stream& stream);
  template <class Stream>
  boost::asio::awaitable<Next> refuse(Stream& stream, unsigned status);
  template <class Stream>
  boost::asio::awaitable<void> stream_events(Stream& stream, std::shared_ptr<EventFeed> feed);
  template <class Stream>
  boost::asio::awaitable<bool> write_all(Stream& stream, std::string_view text);
  boost::asio::awaitable<EventFeed::Portion> portion_of(std::shared_ptr<EventFeed> feed);
  boost::asio::awaitable<void> wait_for_more();
  void wake();
  boost::asio::awaitable<Answer> answer_to(Request request);
  boost::asio::awaitable<void> part();
  void wipe_buffer();

  boost::beast::tcp_stream transport_;
  std::unique_ptr<ConnectionCount::Place> place_;
  std::string peer_;
  ConnectionParts parts_;
  boost::beast::flat_buffer buffer_;
  bool is_waiting_ = true;  ///< for a request to begin
  bool is_stopping_ = false;
  bool is_plain_ = false;
  boost::asio::steady_timer pause_;  ///< of a stream, between two portions
  bool has_more_ = false;            ///< of the stream, since its last portion
};

}  // namespace firstkey::enroll::http
