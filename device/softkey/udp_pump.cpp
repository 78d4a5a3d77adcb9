#include "device/softkey/udp_pump.h"

#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>

#include "device/softkey/loopback.h"

namespace firstkey::device::softkey {
namespace {

std::expected<FileDescriptor, int> open_socket(const UdpAddress& address) {
  FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return std::unexpected(errno);
  const sockaddr_in own = socket_address(address.host, address.port);
  if (::bind(socket.get(), generic(own), sizeof own) != 0) return std::unexpected(errno);
  return socket;
}

std::optional<std::uint16_t> bound_port(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return ntohs(address.sin_port);
}

}  // namespace

std::optional<UdpAddress> parse_udp_address(std::string_view text) {
  const auto second = text.rfind(':');
  if (second == std::string_view::npos) return {};
  const auto first = text.substr(0, second).rfind(':');
  if (first == std::string_view::npos) return {};
  auto host = parse_loopback(text.substr(0, first));
  const auto port = parse_port(text.substr(first + 1, second - first - 1));
  const auto reply_port = parse_port(text.substr(second + 1));
  if (!host || !port || !reply_port || *reply_port == 0) return {};
  return UdpAddress{std::move(*host), *port, *reply_port};
}

std::string to_string(const UdpAddress& address) {
  return "udp:" + address.host + ":" + std::to_string(address.port) + ":" +
         std::to_string(address.reply_port);
}

std::expected<UdpPump, int> UdpPump::open(const UdpAddress& address) {
  auto socket = open_socket(address);
  if (!socket) return std::unexpected(socket.error());
  const auto port = bound_port(socket->get());
  if (!port) return std::unexpected(errno);
  return UdpPump(std::move(*socket), {address.host, *port, address.reply_port});
}

HidPump::Wire UdpPump::replug(const OperatorInput& /*operator_input*/) {
  if (socket_.is_open()) return Wire::kUp;
  auto socket = open_socket(address_);
  if (!socket) return Wire::kGone;
  socket_ = std::move(*socket);
  return Wire::kUp;
}

std::optional<Reports> UdpPump::receive() {
  // Datagrams of other sizes are no reports and are read away like noise on a wire.
  std::array<std::uint8_t, kReportSize + 2> datagram{};
  Reports reports;
  while (true) {
    const ssize_t size = ::recv(socket_.get(), datagram.data(), datagram.size(), 0);
    if (size < 0) return reports;
    const auto report = to_report(BytesView(datagram).first(static_cast<std::size_t>(size)));
    if (report) reports.push_back(*report);
  }
}

void UdpPump::send(const Reports& reports) {
  const sockaddr_in peer = socket_address(address_.host, address_.reply_port);
  for (const Report& report : reports) {
    // Nobody may be listening: as with a wire, the client notices by the answer it does not get.
    (void)::sendto(socket_.get(), report.data(), report.size(), 0, generic(peer), sizeof peer);
  }
}

}  // namespace firstkey::device::softkey
