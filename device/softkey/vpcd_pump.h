#pragma once
// Puts the card into the virtual reader of vsmartcard's vpcd: a TCP connection that carries, each
// behind two bytes of length, APDUs and one-byte controls. Lifting the card is hanging up.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "device/softkey/card.h"
#include "device/softkey/operator_input.h"
#include "device/softkey/user_presence.h"

namespace firstkey::device::softkey {

struct VpcdAddress {
  std::string host;  ///< dotted, in 127.0.0.0/8
  std::uint16_t port = 0;
};

/// "HOST:PORT", HOST a loopback address or "localhost".
[[nodiscard]] std::optional<VpcdAddress> parse_vpcd_address(std::string_view text);
/// "vpcd:HOST:PORT"
[[nodiscard]] std::string to_string(const VpcdAddress& address);

/// Cuts what arrives from vpcd into its messages.
class VpcdMessages {
 public:
  void add(BytesView bytes) { append(received_, bytes); }
  /// The next whole message.
  [[nodiscard]] std::optional<Bytes> next();
  [[nodiscard]] static Bytes framed(BytesView message);

 private:
  Bytes received_;
};

class VpcdPump {
 public:
  /// How long a lifted card stays away: long enough for pcscd, which looks now and then, to notice.
  static constexpr Milliseconds kLifted{1'500};

  /// Errors: errno.
  [[nodiscard]] static std::expected<VpcdPump, int> open(VpcdAddress address);

  [[nodiscard]] const VpcdAddress& address() const { return address_; }
  /// Carries APDUs until `operator_input` says it is time to end or vpcd hangs up.
  void run(Card& card, OperatorInput& operator_input, TouchByPolicy& touch);

 private:
  VpcdPump(VpcdAddress address, FileDescriptor socket)
      : address_(std::move(address)), socket_(std::move(socket)) {}
  /// Whether vpcd is still there.
  [[nodiscard]] bool receive(Card& card);
  [[nodiscard]] bool answer(Card& card, BytesView message);
  [[nodiscard]] bool send(BytesView message) const;
  /// Whether the card could be put back.
  [[nodiscard]] bool lift_and_hold(const OperatorInput& operator_input);

  VpcdAddress address_;
  FileDescriptor socket_;
  VpcdMessages messages_;
};

}  // namespace firstkey::device::softkey
