#pragma once
// Carries CTAPHID reports over UDP on loopback, by the convention of other simulators: the key
// listens on one port and sends its reports to another.

#include <expected>
#include <string>
#include <string_view>

#include "device/softkey/hid_pump.h"

namespace firstkey::device::softkey {

struct UdpAddress {
  std::string host;        ///< dotted, in 127.0.0.0/8
  std::uint16_t port = 0;  ///< 0: any free one
  std::uint16_t reply_port = 0;
};

/// "HOST:PORT:REPLYPORT", HOST a loopback address or "localhost".
[[nodiscard]] std::optional<UdpAddress> parse_udp_address(std::string_view text);
/// "udp:HOST:PORT:REPLYPORT", as clients are told it.
[[nodiscard]] std::string to_string(const UdpAddress& address);

class UdpPump final : public HidPump {
 public:
  /// Errors: errno.
  [[nodiscard]] static std::expected<UdpPump, int> open(const UdpAddress& address);

  /// The address in use, its port filled in.
  [[nodiscard]] const UdpAddress& address() const { return address_; }

 private:
  UdpPump(FileDescriptor socket, UdpAddress address)
      : socket_(std::move(socket)), address_(std::move(address)) {}
  [[nodiscard]] int descriptor() const override { return socket_.get(); }
  [[nodiscard]] std::optional<Reports> receive() override;
  void send(const Reports& reports) override;
  /// A port that is closed refuses what is sent to it, at once.
  void unplug() override { socket_.reset(); }
  /// Datagrams know no plug: a key that was not out forgets, and nobody sees it leave.
  [[nodiscard]] Wire replug(const OperatorInput& operator_input) override;

  FileDescriptor socket_;
  UdpAddress address_;
};

}  // namespace firstkey::device::softkey
