#include "device/serial_number.h"

#include <algorithm>
#include <array>

namespace firstkey::device {

namespace {

/// One maker's way over CTAPHID.
struct Maker {
  std::uint16_t usb_vendor;
  std::uint8_t command;
  std::uint8_t request;
  std::optional<std::string> (*find)(BytesView answer);
};

/// Yubico: "read configuration", of its first page. Source: Yubico's yubikit/management.py.
constexpr std::array kMakers = {
    Maker{.usb_vendor = 0x1050, .command = 0x42, .request = 0, .find = serial_in_yubico_config}};

constexpr std::uint8_t kYubicoSerial = 0x02;

/// Whether the way to the key, or the caller, has ended: nothing more can be asked.
bool ends_the_call(ErrorCode code) {
  return code == ErrorCode::kGone || code == ErrorCode::kBusy || code == ErrorCode::kTimeout ||
         code == ErrorCode::kCancelled;
}

std::optional<std::string> offered_by_usb(const KeyOrigin& origin) {
  return origin.usb_serial.empty() ? std::nullopt : std::optional(origin.usb_serial);
}

}  // namespace

std::optional<std::string> serial_in_yubico_config(BytesView answer) {
  if (answer.empty() || answer.size() - 1 != answer[0]) return std::nullopt;
  auto rest = answer.subspan(1);
  while (rest.size() >= 2) {
    const auto tag = rest[0];
    const std::size_t size = rest[1];
    if (size > rest.size() - 2) return std::nullopt;
    const auto value = rest.subspan(2, size);
    rest = rest.subspan(2 + size);
    if (tag != kYubicoSerial) continue;
    if (size > sizeof(std::uint32_t)) return std::nullopt;
    std::uint32_t number = 0;
    for (const auto byte : value) number = number << 8U | byte;
    return number == 0 ? std::nullopt : std::optional(std::to_string(number));
  }
  return std::nullopt;
}

Result<std::optional<std::string>> read_serial_number(OpenKey& key, RunningCall& call) {
  const auto& origin = key.origin();
  const auto* const maker = std::ranges::find(kMakers, origin.usb_vendor, &Maker::usb_vendor);
  if (maker == kMakers.end()) return offered_by_usb(origin);
  const auto answer = key.exchange_vendor(maker->command, {&maker->request, 1}, call);
  if (!answer && ends_the_call(answer.error().code)) return std::unexpected(answer.error());
  auto serial = answer ? maker->find(*answer) : std::nullopt;
  return serial ? std::move(serial) : offered_by_usb(origin);
}

}  // namespace firstkey::device
