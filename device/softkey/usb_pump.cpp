#include "device/softkey/usb_pump.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>

#include "device/softkey/usb_control.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kHighSpeedPorts = 8;  // the first eight of a controller; the others take USB 3 alone
constexpr int kDeviceId = 0x10001;  // bus 1, device 1: where it would be if it came over a network
constexpr int kFullSpeed = 2;       // enum usb_device_speed

/// vhci_hcd's own ports, by way of its file in sysfs.
class VhciSocket final : public UsbSocket {
 public:
  explicit VhciSocket(std::filesystem::path controller) : controller_(std::move(controller)) {}

  std::expected<void, int> plug(FileDescriptor host_end) override {
    const FileDescriptor file(::open((controller_ / "attach").c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open()) return std::unexpected(errno);
    int fault = EBUSY;
    // A port is taken for a while after its device has gone, so another may have to do.
    for (int port = 0; port < kHighSpeedPorts && fault == EBUSY; ++port) {
      const std::string line = std::to_string(port) + " " + std::to_string(host_end.get()) + " " +
                               std::to_string(kDeviceId) + " " + std::to_string(kFullSpeed);
      if (::write(file.get(), line.data(), line.size()) > 0) return {};
      fault = errno;
    }
    return std::unexpected(fault);
  }

 private:
  std::filesystem::path controller_;
};

}  // namespace

std::string to_string(const UsbController& controller) {
  return "usb:" + controller.path.filename().string();
}

std::expected<UsbPump, int> UsbPump::open(const UsbController& controller) {
  return plug_into(std::make_unique<VhciSocket>(controller.path), controller);
}

std::expected<UsbPump, int> UsbPump::plug_into(std::unique_ptr<UsbSocket> socket,
                                               UsbController address) {
  UsbPump pump(std::move(socket), std::move(address));
  if (const auto plugged = pump.plug(); !plugged) return std::unexpected(plugged.error());
  return pump;
}

std::expected<void, int> UsbPump::plug() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return std::unexpected(errno);
  }
  wire_ = FileDescriptor(ends[0]);
  messages_ = {};
  asks_.clear();
  reports_.clear();
  return socket_->plug(FileDescriptor(ends[1]));
}

std::optional<Reports> UsbPump::receive() {
  std::array<std::uint8_t, 4096> chunk{};
  const ssize_t size = ::recv(wire_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Reports{};
  if (size <= 0) return {};
  messages_.add(BytesView(chunk).first(static_cast<std::size_t>(size)));
  Reports reports;
  while (const auto request = messages_.next()) {
    if (const auto report = take(*request)) reports.push_back(*report);
  }
  if (messages_.is_broken()) return {};
  return reports;
}

std::optional<Report> UsbPump::take(const UsbipRequest& request) {
  if (request.kind == UsbipRequest::Kind::kUnlink) {
    unlink(request);
    return {};
  }
  if (request.endpoint == 0) {
    control(request);
    return {};
  }
  if (request.endpoint != kInterruptEndpoint) {
    write(usbip_stalled(request.sequence));
    return {};
  }
  if (request.direction == UsbipRequest::Direction::kIn) {
    asks_.push_back(request.sequence);
    deliver();
    return {};
  }
  write(usbip_sent(request.sequence, request.data.size()));
  return to_report(request.data);
}

void UsbPump::control(const UsbipRequest& request) const {
  const auto answer = answer_control(parse_setup(request.setup));
  if (!answer) return write(usbip_stalled(request.sequence));
  if (request.direction == UsbipRequest::Direction::kOut) {
    return write(usbip_sent(request.sequence, request.data.size()));
  }
  write(usbip_received(request.sequence, *answer));
}

void UsbPump::unlink(const UsbipRequest& request) {
  const auto found = std::ranges::find(asks_, request.unlinked);
  const Unlinked unlinked = found == asks_.end() ? Unlinked::kTooLate : Unlinked::kInTime;
  if (found != asks_.end()) asks_.erase(found);
  write(usbip_unlinked(request.sequence, unlinked));
}

void UsbPump::send(const Reports& reports) {
  for (const Report& report : reports) {
    if (reports_.size() < kMaximumWaiting) reports_.push_back(report);
    deliver();
  }
}

void UsbPump::deliver() {
  while (!asks_.empty() && !reports_.empty()) {
    write(usbip_received(asks_.front(), reports_.front()));
    asks_.pop_front();
    reports_.pop_front();
  }
}

void UsbPump::write(BytesView message) const {
  while (!message.empty()) {
    const ssize_t sent = ::send(wire_.get(), message.data(), message.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;  // the host has gone, and receive() will say so
    message = message.subspan(static_cast<std::size_t>(sent));
  }
}

HidPump::Wire UsbPump::replug(const OperatorInput& operator_input) {
  unplug();
  // A gesture meanwhile (an end, most likely) is not kept waiting.
  (void)wait_for(-1, operator_input, static_cast<int>(address_.unplugged.count()));
  return plug() ? Wire::kUp : Wire::kGone;
}

}  // namespace firstkey::device::softkey
