#include "enroll/http/server.h"

#include <csignal>
#include <list>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "enroll/http/connection.h"
#include "enroll/http/tls_identity.h"

namespace firstkey::enroll::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kResult = asio::as_tuple(asio::use_awaitable);
/// Before accepting again when the system is out of something.
constexpr std::chrono::milliseconds kAcceptPause{100};

std::unexpected<core::Error> cannot(const std::string& what,
                                    const boost::system::error_code& error) {
  return core::fail(core::ErrorCode::kInvalidArgument, what + ": " + error.message());
}

core::Result<tcp::acceptor> listen_at(asio::io_context& context, const Door& door) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(door.address, error);
  if (error) return cannot(door.address, error);
  if (door.tls == nullptr && !address.is_loopback()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      door.address + " is not loopback: without TLS nothing is served beyond it");
  }
  const tcp::endpoint endpoint(address, door.port);
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot(door.address + ":" + std::to_string(door.port), error);
  return acceptor;
}

}  // namespace

class Server::Parts {
 public:
  Parts(const Limits& limits, Reports reports)
      : limits_(limits), reports_(reports), count_(limits_) {}

  core::Result<void> open(const std::vector<Door>& doors);
  void run();
  void begin_stop();
  void reload();

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] const std::vector<std::uint16_t>& ports() const noexcept { return ports_; }

 private:
  struct OpenDoor {
    Door door;
    tcp::acceptor acceptor;
    std::shared_ptr<asio::ssl::context> tls;  ///< shared with the connections it began
  };

  asio::awaitable<void> accept_at(OpenDoor& door);
  void admit(OpenDoor& door, tcp::socket socket);
  asio::awaitable<void> hear_signals();
  void stop_if_drained();

  const Limits limits_;
  Reports reports_;
  ConnectionCount count_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer drain_{context_};
  std::list<OpenDoor> doors_;
  std::vector<std::uint16_t> ports_;
  std::list<std::weak_ptr<Connection>> connections_;
  bool is_stopping_ = false;
};

core::Result<void> Server::Parts::open(const std::vector<Door>& doors) {
  for (const auto& door : doors) {
    std::shared_ptr<asio::ssl::context> tls;
    if (door.tls != nullptr) {
      auto loaded = load_identity(*door.tls);
      if (!loaded) return std::unexpected(loaded.error());
      tls = std::move(loaded.value());
    }
    auto acceptor = listen_at(context_, door);
    if (!acceptor) return std::unexpected(acceptor.error());
    ports_.push_back(acceptor->local_endpoint().port());
    doors_.push_back({.door = door, .acceptor = std::move(acceptor.value()), .tls = tls});
  }
  return {};
}

void Server::Parts::run() {
  for (auto& door : doors_) asio::co_spawn(context_, accept_at(door), asio::detached);
  asio::co_spawn(context_, hear_signals(), asio::detached);
  context_.run();
}

asio::awaitable<void> Server::Parts::accept_at(OpenDoor& door) {
  while (!is_stopping_) {
    auto [error, socket] = co_await door.acceptor.async_accept(kResult);
    if (is_stopping_) co_return;
    if (error) {
      reports_.log.said("accept_failed", error.message());
      asio::steady_timer pause(context_, kAcceptPause);
      const auto [ended] = co_await pause.async_wait(kResult);
      if (ended) co_return;
      continue;
    }
    admit(door, std::move(socket));
  }
}

void Server::Parts::admit(OpenDoor& door, tcp::socket socket) {
  boost::system::error_code gone;
  const auto peer = socket.remote_endpoint(gone).address().to_string();
  auto place = gone ? nullptr : count_.take(peer);
  if (place == nullptr) {
    reports_.metrics.connection_refused();
    return;  // the socket closes
  }
  reports_.metrics.connection_opened();
  const ConnectionParts parts{.dispatcher = *door.door.dispatcher, .limits = limits_};
  // Shared by its coroutine, which ends it, and by whoever may want to stop it.
  auto connection = std::make_shared<Connection>(std::move(socket), std::move(place), peer, parts);
  const auto listed = connections_.insert(connections_.end(), connection);
  auto talk = connection->talk(door.tls);
  asio::co_spawn(context_,
                 std::move(talk),
                 [this, listed, kept = std::move(connection)](const std::exception_ptr&) mutable {
                   kept.reset();
                   connections_.erase(listed);
                   reports_.metrics.connection_closed();
                   stop_if_drained();
                 });
}

asio::awaitable<void> Server::Parts::hear_signals() {
  while (!is_stopping_) {
    const auto [error, signal] = co_await signals_.async_wait(kResult);
    if (error) co_return;
    if (signal == SIGHUP) {
      reload();
    } else {
      begin_stop();
    }
  }
}

void Server::Parts::reload() {
  for (auto& door : doors_) {
    if (door.door.tls == nullptr) continue;
    auto loaded = load_identity(*door.door.tls);
    if (loaded) {
      door.tls = std::move(loaded.value());
      reports_.log.said("certificate_reloaded", door.door.tls->certificate);
    } else {
      reports_.log.said("certificate_not_reloaded", loaded.error().detail);
    }
  }
}

void Server::Parts::begin_stop() {
  if (is_stopping_) return;
  is_stopping_ = true;
  reports_.log.said("stopping", {});
  boost::system::error_code ignored;
  for (auto& door : doors_) door.acceptor.close(ignored);
  signals_.cancel(ignored);
  drain_.expires_after(limits_.drain_time);
  drain_.async_wait([this](const boost::system::error_code& ended) {
    if (!ended) context_.stop();
  });
  for (const auto& listed : connections_) {
    if (const auto connection = listed.lock()) connection->stop();
  }
  stop_if_drained();
}

void Server::Parts::stop_if_drained() {
  if (is_stopping_ && connections_.empty()) drain_.cancel();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() = default;

core::Result<std::unique_ptr<Server>> Server::open(const std::vector<Door>& doors,
                                                   const Limits& limits,
                                                   Reports reports) {
  if (auto secured = secure_file_limit(limits.connections); !secured) {
    return std::unexpected(secured.error());
  }
  auto parts = std::make_unique<Parts>(limits, reports);
  if (auto opened = parts->open(doors); !opened) return std::unexpected(opened.error());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

const std::vector<std::uint16_t>& Server::ports() const noexcept {
  return parts_->ports();
}

void Server::run() {
  parts_->run();
}

void Server::stop() {
  asio::post(parts_->context(), [this] { parts_->begin_stop(); });
}

void Server::reload() {
  asio::post(parts_->context(), [this] { parts_->reload(); });
}

}  // namespace firstkey::enroll::http
