#include "device/softkey/loopback.h"

#include <charconv>

#include <arpa/inet.h>

namespace firstkey::device::softkey {

std::optional<std::string> parse_loopback(std::string_view text) {
  std::string host(text == "localhost" ? "127.0.0.1" : text);
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) != 1) return {};
  if ((ntohl(address.s_addr) >> 24U) != IN_LOOPBACKNET) return {};
  return host;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc{} || end != text.data() + text.size()) return {};
  return port;
}

sockaddr_in socket_address(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  // The host was checked when it was parsed.
  (void)::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

}  // namespace firstkey::device::softkey
