#pragma once
// A client that sends exactly the bytes a test says, over TCP on loopback, in plain or over TLS,
// and waits for answers no longer than kClientPatience.

#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include "device/file_descriptor.h"

namespace firstkey::tests {

/// Only a test that fails waits as long.
inline constexpr time_t kClientPatience = 20;  // s

class LoopbackClient {
 public:
  enum class Security { kPlain, kTls };

  explicit LoopbackClient(std::uint16_t port, Security security = Security::kPlain)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{kClientPatience, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    is_connected_ =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (security == Security::kTls) secure();
  }

  [[nodiscard]] bool is_connected() const { return is_connected_; }

  /// Whether all of it could be sent.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ssl_ ? ::SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()))
                             : ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// The next answer, head and body; what there was of it if the server closed before its end.
  std::string receive() {
    for (;;) {
      const auto end = received_.find("\r\n\r\n");
      if (end != std::string::npos && received_.size() >= end + 4 + body_length(end)) {
        const auto size = end + 4 + body_length(end);
        auto answer = received_.substr(0, size);
        received_.erase(0, size);
        return answer;
      }
      if (!read_some()) return std::exchange(received_, {});
    }
  }
  /// What comes until `end`, with it; what there was if the server closed before.
  std::string receive_to(std::string_view end) {
    auto at = received_.find(end);
    while (at == std::string::npos) {
      const auto searched = received_.size();
      if (!read_some()) return std::exchange(received_, {});
      at = received_.find(end, searched < end.size() ? 0 : searched - end.size());
    }
    auto text = received_.substr(0, at + end.size());
    received_.erase(0, text.size());
    return text;
  }
  /// Sends a request and returns its answer.
  std::string ask(std::string_view text) {
    (void)send(text);
    return receive();
  }
  /// Whether the server closes without another byte.
  bool is_closed() { return received_.empty() && !read_some(); }

  /// The common name of the certificate the server showed.
  [[nodiscard]] std::string server_name() const {
    const std::unique_ptr<X509, decltype(&::X509_free)> certificate(
        ::SSL_get1_peer_certificate(ssl_.get()), ::X509_free);
    if (!certificate) return {};
    std::string name(64, '\0');
    const auto length = ::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate.get()),
                                                    NID_commonName,
                                                    name.data(),
                                                    static_cast<int>(name.size()));
    name.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return name;
  }

 private:
  void secure() {
    context_.reset(::SSL_CTX_new(::TLS_client_method()));
    ssl_.reset(::SSL_new(context_.get()));
    ::SSL_set_fd(ssl_.get(), socket_.get());
    is_connected_ = is_connected_ && ::SSL_connect(ssl_.get()) == 1;
  }
  [[nodiscard]] std::size_t body_length(std::size_t head_end) const {
    const std::string name = "Content-Length: ";
    const auto at = received_.find(name);
    std::size_t length = 0;
    if (at < head_end) {
      const auto* const first = received_.data() + at + name.size();
      std::from_chars(first, received_.data() + head_end, length);
    }
    return length;
  }
  bool read_some() {
    std::string chunk(4096, '\0');
    const auto got = ssl_ ? ::SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size()))
                          : ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (got <= 0) return false;
    received_.append(chunk, 0, static_cast<std::size_t>(got));
    return true;
  }

  device::FileDescriptor socket_;
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_{nullptr, ::SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_{nullptr, ::SSL_free};
  bool is_connected_ = false;
  std::string received_;
};

/// The status of an answer; 0 if it is none.
inline int status_of(std::string_view answer) {
  int status = 0;
  constexpr std::size_t kAt = std::string_view("HTTP/1.1 ").size();
  if (answer.size() > kAt) std::from_chars(answer.data() + kAt, answer.data() + kAt + 3, status);
  return status;
}

}  // namespace firstkey::tests
