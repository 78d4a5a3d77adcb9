#pragma once
// A UDP port of the loopback address for the life of an object. Two ends take turns on it and it is
// nobody's in between, so it lies below the ports that the kernel gives out by itself (32768 on),
// and tests that run at once share by names of abstract sockets, which end with their process.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "device/file_descriptor.h"

namespace firstkey::tests {

class UdpPort {
 public:
  UdpPort() {
    // Somewhere else in every process, so that few are in each other's way.
    const auto start = static_cast<unsigned>(::getpid()) * 37U;
    for (unsigned tried = 0; tried < kCount; ++tried) {
      number_ = static_cast<std::uint16_t>(kFirst + (start + tried) % kCount);
      if (take_name() && is_free()) return;
    }
    throw std::runtime_error("no UDP port is free");
  }

  [[nodiscard]] std::uint16_t number() const { return number_; }

 private:
  static constexpr unsigned kFirst = 20'000;
  static constexpr unsigned kCount = 10'000;

  bool take_name() {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    // Abstract: a zero comes first.
    const auto length = std::snprintf(
        &name.sun_path[1], sizeof name.sun_path - 1, "firstkey-test-udp-%u", unsigned{number_});
    const auto size = offsetof(sockaddr_un, sun_path) + 1 + static_cast<std::size_t>(length);
    lease_ = device::FileDescriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return ::bind(lease_.get(),
                  reinterpret_cast<const sockaddr*>(&name),
                  static_cast<socklen_t>(size)) == 0;
  }
  [[nodiscard]] bool is_free() const {
    const device::FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(number_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  device::FileDescriptor lease_;
  std::uint16_t number_ = 0;
};

}  // namespace firstkey::tests
