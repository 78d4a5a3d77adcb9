#pragma once
// Addresses a software key may use: the loopback ones. It has no business on a network.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <netinet/in.h>

namespace firstkey::device::softkey {

/// "localhost" or a dotted address in 127.0.0.0/8, as the dotted address.
[[nodiscard]] std::optional<std::string> parse_loopback(std::string_view text);
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);
/// `host` as parse_loopback returned it.
[[nodiscard]] sockaddr_in socket_address(const std::string& host, std::uint16_t port);
/// The C interface of sockets knows one address type for all families.
[[nodiscard]] inline const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace firstkey::device::softkey
