#include "device/hid_node.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "device/display_text.h"
#include "device/hidraw_channel.h"
#include "device/report_descriptor.h"
#include "device/udev_handles.h"

namespace firstkey::device {

namespace {

std::string_view text_or_empty(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

/// Both parents belong to `device`, and live as long.
udev_device* hid_parent(udev_device& device) {
  return udev_device_get_parent_with_subsystem_devtype(&device, "hid", nullptr);
}
udev_device* usb_parent(udev_device& device) {
  return udev_device_get_parent_with_subsystem_devtype(&device, "usb", "usb_device");
}

std::string_view attribute(udev_device& device, const char* name) {
  return text_or_empty(udev_device_get_sysattr_value(&device, name));
}

/// libudev would end it at its first zero byte, so the file is read here.
Bytes read_report_descriptor(udev_device& hid) {
  std::ifstream file(std::string(udev_device_get_syspath(&hid)) + "/report_descriptor",
                     std::ios::binary);
  Bytes descriptor(kMaxReportDescriptor);
  file.read(reinterpret_cast<char*>(descriptor.data()),
            static_cast<std::streamsize>(descriptor.size()));
  descriptor.resize(static_cast<std::size_t>(file.gcount()));
  return descriptor;
}

/// systemd's fido_id tags the node after the same descriptor; its word is taken too, for where the
/// descriptor cannot be read.
bool is_fido(udev_device& device) {
  if (text_or_empty(udev_device_get_property_value(&device, "ID_FIDO_TOKEN")) == "1") return true;
  auto* const hid = hid_parent(device);
  return hid != nullptr && declares_fido(read_report_descriptor(*hid));
}

/// What a kernel driver made up (uhid) hangs nowhere: no bus leads to it.
bool is_virtual(udev_device& device) {
  return text_or_empty(udev_device_get_syspath(&device)).find("/devices/virtual/") !=
         std::string_view::npos;
}

std::optional<UsbAddress> usb_address(udev_device& device) {
  auto* const usb = usb_parent(device);
  if (usb == nullptr) return std::nullopt;
  const auto number = [&](const char* name) {
    const auto digits = attribute(*usb, name);
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const UsbAddress address{.bus = number("busnum"), .device = number("devnum")};
  if (address.bus == 0 || address.device == 0) return std::nullopt;  // both count from 1
  return address;
}

/// "Yubico YubiKey OTP+FIDO+CCID (USB)". Makers often repeat their name in the product's.
std::string display_name(udev_device& device) {
  std::string name;
  if (auto* const usb = usb_parent(device); usb != nullptr) {
    const auto maker = to_display_text(attribute(*usb, "manufacturer"));
    name = to_display_text(attribute(*usb, "product"));
    if (!maker.empty() && !name.starts_with(maker)) name = to_display_text(maker + " " + name);
  } else if (auto* const hid = hid_parent(device); hid != nullptr) {
    name = to_display_text(text_or_empty(udev_device_get_property_value(hid, "HID_NAME")));
  }
  if (name.empty()) name = "Security key";
  return name + (is_virtual(device) ? " (simulated)" : " (USB)");
}

Obstacle to_obstacle(const Error& error, const std::string& node) {
  if (error.code == ErrorCode::kNoAccess) {
    return {.code = error.code,
            .reason = "no permission on " + node,
            .remedy =
                "sign in at this machine's own screen, or install udev/70-firstkey.rules and join "
                "the group firstkey, then log in anew and plug the key in again (udev/README.md)"};
  }
  return {
      .code = error.code, .reason = error.detail, .remedy = "unplug the key and plug it in again"};
}

}  // namespace

std::optional<SeenKey> read_hid_node(udev_device& device) {
  const std::string node(text_or_empty(udev_device_get_devnode(&device)));
  auto path = KeyPath::parse(node);
  if (!path || !is_fido(device)) return std::nullopt;
  SeenKey key{.path = std::move(path.value()),
              .display_name = display_name(device),
              .is_simulated = is_virtual(device),
              .usb = usb_address(device)};
  if (const auto opened = HidrawChannel::open(node); !opened) {
    if (opened.error().code == ErrorCode::kGone) return std::nullopt;
    key.obstacle = to_obstacle(opened.error(), node);
  }
  return key;
}

KeyOrigin read_origin(const KeyPath& path) {
  KeyOrigin origin{.path = path.text};
  const Udev context(udev_new());
  if (!context) return origin;
  const auto name = path.text.substr(path.text.rfind('/') + 1);
  const UdevDevice device(
      udev_device_new_from_subsystem_sysname(context.get(), "hidraw", name.c_str()));
  if (!device) return origin;
  origin.is_simulated = is_virtual(*device);
  if (auto* const usb = usb_parent(*device); usb != nullptr) {
    const auto vendor = attribute(*usb, "idVendor");
    std::from_chars(vendor.data(), vendor.data() + vendor.size(), origin.usb_vendor, 16);
    origin.usb_serial = to_display_text(attribute(*usb, "serial"));
  }
  return origin;
}

}  // namespace firstkey::device
