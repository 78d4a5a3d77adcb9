#include "enroll/http/connection.h"

#include <array>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <sodium.h>

namespace firstkey::enroll::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;

using Parser = wire::request_parser<wire::string_body>;
using Reply = wire::response<wire::string_body>;

constexpr auto kResult = asio::as_tuple(asio::use_awaitable);
/// What is read at once while waiting for a request.
constexpr std::size_t kChunk = 4096;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string text_of(beast::string_view view) {
  return {view.data(), view.size()};
}

Request to_request(wire::request<wire::string_body> message, const std::string& peer) {
  Request request;
  request.method = text_of(message.method_string());
  const auto target = text_of(message.target());
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  for (const auto& field : message) {
    request.headers.push_back(
        {.name = lower_case(text_of(field.name_string())), .value = text_of(field.value())});
  }
  request.body = std::move(message.body());
  request.peer = peer;
  return request;
}

Reply to_reply(Answer answer, unsigned version, bool is_head) {
  Reply reply(wire::int_to_status(answer.status), version);
  if (!answer.body.empty() || answer.events != nullptr) {
    reply.set(wire::field::content_type, answer.content_type);
  }
  reply.set(wire::field::cache_control, "no-store");
  reply.set("X-Content-Type-Options", "nosniff");
  for (const auto& header : answer.headers) reply.set(header.name, header.value);
  const auto length = answer.body.size();
  if (!is_head) reply.body() = std::move(answer.body);
  if (answer.status != 204) reply.content_length(length);
  return reply;
}

/// The status for a request that did not read; nothing: the client is gone or too slow.
std::optional<unsigned> status_of(const beast::error_code& error) {
  if (error == wire::error::body_limit) return 413;
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow) return 431;
  if (error == wire::error::end_of_stream || error == wire::error::partial_message) {
    return std::nullopt;
  }
  static const auto& category = wire::make_error_code(wire::error::bad_method).category();
  if (error.category() == category) return 400;
  return std::nullopt;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket,
                       std::unique_ptr<ConnectionCount::Place> place,
                       std::string peer,
                       ConnectionParts parts)
    : transport_(std::move(socket)),
      place_(std::move(place)),
      peer_(std::move(peer)),
      parts_(parts),
      buffer_(parts.limits.header_bytes + kChunk),
      pause_(transport_.get_executor()) {
  beast::error_code ignored;  // it is then only slower
  transport_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

asio::awaitable<void> Connection::talk(std::shared_ptr<asio::ssl::context> tls) {
  const auto self = shared_from_this();
  is_plain_ = tls == nullptr;
  if (is_plain_) {
    co_await serve(transport_);
    co_return;
  }
  beast::ssl_stream<beast::tcp_stream&> secured(transport_, *tls);
  transport_.expires_after(parts_.limits.handshake_time);
  const auto [error] = co_await secured.async_handshake(asio::ssl::stream_base::server, kResult);
  if (error) co_return;
  co_await serve(secured);
  transport_.expires_after(parts_.limits.farewell_time);
  const auto [unshaken] = co_await secured.async_shutdown(kResult);
  (void)unshaken;  // a client that is gone says no farewell
}

void Connection::stop() {
  is_stopping_ = true;
  if (is_waiting_) transport_.cancel();
  pause_.cancel();
}

template <class Stream>
asio::awaitable<void> Connection::serve(Stream& stream) {
  while (!is_stopping_) {
    is_waiting_ = true;
    if (!co_await hears_a_byte(stream)) co_return;
    is_waiting_ = false;
    const auto next = co_await serve_one(stream);
    wipe_buffer();
    if (next == Next::kClose) co_return;
  }
}

template <class Stream>
asio::awaitable<bool> Connection::hears_a_byte(Stream& stream) {
  if (buffer_.size() > 0) co_return true;  // the next request came with the last
  transport_.expires_after(parts_.limits.idle_time);
  const auto [error, size] = co_await stream.async_read_some(buffer_.prepare(kChunk), kResult);
  if (error) co_return false;
  buffer_.commit(size);
  co_return true;
}

template <class Stream>
asio::awaitable<Connection::Next> Connection::serve_one(Stream& stream) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(parts_.limits.header_bytes));
  parser.body_limit(parts_.limits.body_bytes);
  transport_.expires_after(parts_.limits.header_time);
  const auto [header_error, header_size] =
      co_await wire::async_read_header(stream, buffer_, parser, kResult);
  if (header_error) {
    const auto status = status_of(header_error);
    if (!status) co_return Next::kClose;
    co_return co_await refuse(stream, status.value());
  }
  transport_.expires_after(parts_.limits.body_time);
  if (beast::iequals(parser.get()[wire::field::expect], "100-continue")) {
    wire::response<wire::empty_body> go_on(wire::status::continue_, 11);
    const auto [error, size] = co_await wire::async_write(stream, go_on, kResult);
    if (error) co_return Next::kClose;
  }
  const auto [body_error, body_size] = co_await wire::async_read(stream, buffer_, parser, kResult);
  if (body_error) {
    const auto status = status_of(body_error);
    if (!status) co_return Next::kClose;
    co_return co_await refuse(stream, status.value());
  }
  auto message = parser.release();
  const bool wants_more = message.keep_alive();
  const auto version = message.version();
  const bool is_head = message.method() == wire::verb::head;
  auto request = to_request(std::move(message), peer_);
  request.scheme = is_plain_ ? "http" : "https";
  transport_.expires_never();  // the work has bounds of its own
  auto answer = co_await answer_to(std::move(request));
  auto feed = answer.events;
  auto reply = to_reply(std::move(answer), version, is_head);
  if (feed != nullptr) reply.erase(wire::field::content_length);
  const bool goes_on = wants_more && !is_stopping_ && feed == nullptr;
  reply.keep_alive(goes_on);
  transport_.expires_after(parts_.limits.write_time);
  wire::response_serializer<wire::string_body> serializer(reply);
  const bool is_head_alone = is_head || feed != nullptr;
  serializer.split(is_head_alone);
  const auto [write_error, written] =
      is_head_alone ? co_await wire::async_write_header(stream, serializer, kResult)
                    : co_await wire::async_write(stream, serializer, kResult);
  if (!write_error && !is_head && feed != nullptr) {
    co_await stream_events(stream, std::move(feed));
  }
  co_return write_error || !goes_on ? Next::kClose : Next::kAnother;
}

template <class Stream>
asio::awaitable<Connection::Next> Connection::refuse(Stream& stream, unsigned status) {
  Request unread;
  unread.peer = peer_;
  auto answer = parts_.dispatcher.refuse(std::move(unread), status);
  auto reply = to_reply(std::move(answer), 11, false);
  reply.keep_alive(false);
  transport_.expires_after(parts_.limits.write_time);
  const auto [error, size] = co_await wire::async_write(stream, reply, kResult);
  if (!error) co_await part();
  co_return Next::kClose;
}

// A socket closed with bytes unread is reset, and the client might never see its answer.
asio::awaitable<void> Connection::part() {
  beast::error_code ignored;
  transport_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  transport_.expires_after(parts_.limits.farewell_time);
  std::array<char, kChunk> scratch{};
  for (;;) {
    const auto [error, size] = co_await transport_.async_read_some(asio::buffer(scratch), kResult);
    if (error) co_return;
  }
}

// The body has no length and ends with the connection, as RFC 9112 §6.3 has it.
template <class Stream>
asio::awaitable<void> Connection::stream_events(Stream& stream, std::shared_ptr<EventFeed> feed) {
  buffer_ = beast::flat_buffer(parts_.limits.header_bytes);  // nothing more is read
  feed->listen([executor = transport_.get_executor(), known = weak_from_this()] {
    asio::post(executor, [known] {
      if (const auto self = known.lock()) self->wake();
    });
  });
  const asio::steady_timer life(transport_.get_executor(), parts_.limits.stream_time);
  while (!is_stopping_ && asio::steady_timer::clock_type::now() < life.expiry()) {
    has_more_ = false;
    const auto portion = co_await portion_of(feed);
    // A comment keeps the way open and finds out whether anybody is there.
    const auto text = portion.text.empty() ? std::string(":\n\n") : portion.text;
    if (!co_await write_all(stream, text)) co_return;
    if (portion.rest == EventFeed::Rest::kNone) co_return;
    co_await wait_for_more();
  }
}

template <class Stream>
asio::awaitable<bool> Connection::write_all(Stream& stream, std::string_view text) {
  transport_.expires_after(parts_.limits.write_time);
  const auto [error, size] =
      co_await asio::async_write(stream, asio::buffer(text.data(), text.size()), kResult);
  transport_.expires_never();
  co_return !error;
}

asio::awaitable<EventFeed::Portion> Connection::portion_of(std::shared_ptr<EventFeed> feed) {
  auto initiation = [this, asked = std::move(feed)](auto handler) mutable {
    // Tracked, as in answer_to().
    auto executor =
        asio::prefer(transport_.get_executor(), asio::execution::outstanding_work.tracked);
    parts_.dispatcher.take(
        std::move(asked),
        [executor, waiting = std::move(handler)](EventFeed::Portion portion) mutable {
          asio::post(executor, [handed = std::move(waiting), given = std::move(portion)]() mutable {
            handed(std::move(given));
          });
        });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(EventFeed::Portion)>(
      std::move(initiation), asio::use_awaitable);
}

asio::awaitable<void> Connection::wait_for_more() {
  if (has_more_ || is_stopping_) co_return;
  pause_.expires_after(parts_.limits.heartbeat);
  const auto [ended] = co_await pause_.async_wait(kResult);
  (void)ended;  // woken or not: there is something to send
}

void Connection::wake() {
  has_more_ = true;
  pause_.cancel();
}

asio::awaitable<Answer> Connection::answer_to(Request request) {
  auto initiation = [this, asked = std::move(request)](auto handler) mutable {
    // Tracked: the server's thread must not run out of work while a worker has this one.
    auto executor =
        asio::prefer(transport_.get_executor(), asio::execution::outstanding_work.tracked);
    parts_.dispatcher.dispatch(
        std::move(asked), [executor, waiting = std::move(handler)](Answer answer) mutable {
          asio::post(executor, [handed = std::move(waiting), given = std::move(answer)]() mutable {
            handed(std::move(given));
          });
        });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(
      std::move(initiation), asio::use_awaitable);
}

// It may have held a passcode.
void Connection::wipe_buffer() {
  if (buffer_.size() > 0) return;  // the beginning of the next request
  const auto space = buffer_.prepare(buffer_.capacity());
  ::sodium_memzero(space.data(), space.size());
}

}  // namespace firstkey::enroll::http
