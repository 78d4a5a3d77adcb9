#include "device/udp_channel.h"

#include <algorithm>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace firstkey::device {

namespace {

/// A datagram socket learns that its peer has ended only by sending. An empty datagram is noise to
/// a simulator, and refused when there is none.
constexpr std::chrono::milliseconds kProbeInterval{200};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// The C interface of sockets knows one address type for all families.
const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

Result<std::unique_ptr<FrameChannel>> UdpChannel::open(const SimulatorAddress& address) {
  FileDescriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return std::unexpected(system_error(errno, "socket"));
  const auto own = loopback(address.reply_port);
  if (::bind(fd.get(), generic(own), sizeof(own)) != 0) {
    return std::unexpected(
        system_error(errno, "bind to the reply port " + std::to_string(address.reply_port)));
  }
  // Connected, the socket takes datagrams of the key's port alone.
  const auto key = loopback(address.port);
  if (::connect(fd.get(), generic(key), sizeof(key)) != 0) {
    return std::unexpected(system_error(errno, "connect"));
  }
  return std::make_unique<UdpChannel>(std::move(fd));
}

Result<std::optional<HidFrame>> UdpChannel::read(std::chrono::milliseconds timeout,
                                                 const WakeEvent& wake) {
  const auto is_readable = wait_readable(socket_.get(), wake, std::min(timeout, kProbeInterval));
  if (!is_readable) return std::unexpected(is_readable.error());
  if (!is_readable.value()) {
    if (::send(socket_.get(), nullptr, 0, MSG_NOSIGNAL) < 0 && errno == ECONNREFUSED) {
      return std::unexpected(system_error(errno, "the simulator has ended"));
    }
    return std::nullopt;
  }
  std::array<std::uint8_t, kHidFrameSize + 1> datagram{};  // one more shows what is too long
  const auto got = ::recv(socket_.get(), datagram.data(), datagram.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got < 0) return std::unexpected(system_error(errno, "receive from the simulator"));
  if (static_cast<std::size_t>(got) != kHidFrameSize) return std::nullopt;
  HidFrame frame{};
  std::copy_n(datagram.begin(), frame.size(), frame.begin());
  return frame;
}

Result<void> UdpChannel::write(const HidFrame& frame) {
  if (::send(socket_.get(), frame.data(), frame.size(), MSG_NOSIGNAL) >= 0) return {};
  return std::unexpected(system_error(errno, "send to the simulator"));
}

}  // namespace firstkey::device
