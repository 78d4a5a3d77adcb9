#pragma once
// The key as a USB device of this machine's own kernel: vhci_hcd, the kernel's virtual host
// controller, is handed one end of a socket pair and this process is the device at the other.
// Hanging up is pulling out. Source: Linux Documentation/usb/usbip_protocol.rst.

#include <deque>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "device/softkey/hid_pump.h"
#include "device/softkey/usbip_messages.h"

namespace firstkey::device::softkey {

/// Where a USB device can be plugged in.
class UsbSocket {
 public:
  UsbSocket() = default;
  UsbSocket(const UsbSocket&) = delete;
  UsbSocket& operator=(const UsbSocket&) = delete;
  virtual ~UsbSocket() = default;

  /// Gives the host its end of the wire. Errors: errno.
  [[nodiscard]] virtual std::expected<void, int> plug(FileDescriptor host_end) = 0;
};

struct UsbController {
  std::filesystem::path path{"/sys/devices/platform/vhci_hcd.0"};
  /// How long a key that is pulled out stays away.
  Milliseconds unplugged{HidPump::kUnplugged};
};

/// "usb:vhci_hcd.0"
[[nodiscard]] std::string to_string(const UsbController& controller);

class UsbPump final : public HidPump {
 public:
  /// Reports kept for a host that does not ask for them: a longest message and some keep-alives.
  /// What comes after those is lost.
  static constexpr std::size_t kMaximumWaiting = 160;

  /// Errors: errno; ENOENT where vhci_hcd is not loaded.
  [[nodiscard]] static std::expected<UsbPump, int> open(const UsbController& controller);
  [[nodiscard]] static std::expected<UsbPump, int> plug_into(std::unique_ptr<UsbSocket> socket,
                                                             UsbController address = {});

  [[nodiscard]] const UsbController& address() const { return address_; }

 private:
  UsbPump(std::unique_ptr<UsbSocket> socket, UsbController address)
      : socket_(std::move(socket)), address_(std::move(address)) {}
  [[nodiscard]] int descriptor() const override { return wire_.get(); }
  [[nodiscard]] std::optional<Reports> receive() override;
  void send(const Reports& reports) override;
  void unplug() override { wire_.reset(); }
  [[nodiscard]] Wire replug(const OperatorInput& operator_input) override;

  [[nodiscard]] std::expected<void, int> plug();
  /// Answers `request` or keeps it; the report it brought, if any.
  [[nodiscard]] std::optional<Report> take(const UsbipRequest& request);
  void control(const UsbipRequest& request) const;
  void unlink(const UsbipRequest& request);
  /// Brings waiting reports and waiting asks together.
  void deliver();
  void write(BytesView message) const;

  std::unique_ptr<UsbSocket> socket_;
  UsbController address_;
  FileDescriptor wire_;
  UsbipMessages messages_;
  std::deque<std::uint32_t> asks_;  ///< the host's, for a report, by sequence number
  std::deque<Report> reports_;      ///< that the host has not asked for yet
};

}  // namespace firstkey::device::softkey
