#pragma once
// The key as a HID device of this machine's own kernel: events of /dev/uhid in, events out, and a
// hidraw node for clients. Source: Linux Documentation/hid/uhid.rst. A client that does not read
// loses frames once 64 of them wait in hidraw, as with any HID device.

#include <expected>
#include <filesystem>
#include <string>

#include "device/softkey/hid_pump.h"

namespace firstkey::device::softkey {

struct UhidNode {
  std::filesystem::path path{"/dev/uhid"};
  /// How long a key that is pulled out stays away.
  Milliseconds unplugged{HidPump::kUnplugged};
};

/// "uhid:/dev/uhid"
[[nodiscard]] std::string to_string(const UhidNode& node);

class UhidPump final : public HidPump {
 public:
  /// Errors: errno.
  [[nodiscard]] static std::expected<UhidPump, int> open(const UhidNode& node);
  /// The same over `node`, already open, which keeps message boundaries as /dev/uhid does.
  [[nodiscard]] static std::expected<UhidPump, int> plug_into(FileDescriptor node,
                                                              UhidNode address = {});

  [[nodiscard]] const UhidNode& address() const { return address_; }

 private:
  UhidPump(FileDescriptor node, UhidNode address)
      : node_(std::move(node)), address_(std::move(address)) {}
  [[nodiscard]] int descriptor() const override { return node_.get(); }
  [[nodiscard]] std::optional<Reports> receive() override;
  void send(const Reports& reports) override;
  void unplug() override;
  [[nodiscard]] Wire replug(const OperatorInput& operator_input) override;

  FileDescriptor node_;
  UhidNode address_;
};

}  // namespace firstkey::device::softkey
