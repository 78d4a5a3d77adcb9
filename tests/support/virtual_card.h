#pragma once
// A card that a test puts into a reader of vsmartcard's vpcd: it answers APDUs as a function says,
// or not at all. Lifted when it goes.

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace firstkey::tests {

class VirtualCard {
 public:
  using Bytes = std::vector<std::uint8_t>;
  /// Nothing: the card never answers this one. Called on the card's thread.
  using Answer = std::function<std::optional<Bytes>(const Bytes& apdu)>;

  VirtualCard(int port, Answer answer)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket_, generic, sizeof address) != 0) throw std::runtime_error("no vpcd");
    thread_ = std::thread([this] { run(); });
  }
  ~VirtualCard() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  VirtualCard(const VirtualCard&) = delete;
  VirtualCard& operator=(const VirtualCard&) = delete;

  /// Waits until it has been powered down or reset `count` times in all.
  [[nodiscard]] bool await_power_cycles(int count, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return cycled_.wait_for(lock, patience, [&] { return power_cycles_ >= count; });
  }
  [[nodiscard]] int power_cycles() {
    const std::lock_guard lock(mutex_);
    return power_cycles_;
  }

 private:
  // The one-byte messages of vpcd.
  static constexpr std::uint8_t kPowerOff = 0x00;
  static constexpr std::uint8_t kReset = 0x02;
  static constexpr std::uint8_t kAnswerToReset = 0x04;

  void run() {
    while (const auto message = receive()) {
      if (message->size() != 1) {
        if (const auto answer = answer_(*message)) send(*answer);
      } else if (message->front() == kAnswerToReset) {
        send({0x3B, 0x80, 0x80, 0x01, 0x01});
      } else if (message->front() == kPowerOff || message->front() == kReset) {
        const std::lock_guard lock(mutex_);
        ++power_cycles_;
        cycled_.notify_all();
      }
    }
  }
  [[nodiscard]] std::optional<Bytes> receive() const {
    std::array<std::uint8_t, 2> length{};
    if (::recv(socket_, length.data(), length.size(), MSG_WAITALL) != 2) return std::nullopt;
    Bytes message(static_cast<std::size_t>(length[0] << 8U | length[1]));
    const auto got = ::recv(socket_, message.data(), message.size(), MSG_WAITALL);
    if (got != static_cast<ssize_t>(message.size())) return std::nullopt;
    return message;
  }
  void send(const Bytes& message) const {
    Bytes framed{static_cast<std::uint8_t>(message.size() >> 8U),
                 static_cast<std::uint8_t>(message.size() & 0xFFU)};
    framed.insert(framed.end(), message.begin(), message.end());
    (void)::send(socket_, framed.data(), framed.size(), MSG_NOSIGNAL);
  }

  int socket_;
  Answer answer_;
  std::mutex mutex_;
  std::condition_variable cycled_;
  int power_cycles_ = 0;
  std::thread thread_;
};

}  // namespace firstkey::tests
