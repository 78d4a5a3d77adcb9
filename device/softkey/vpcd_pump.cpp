#include "device/softkey/vpcd_pump.h"

#include <cerrno>

#include <sys/socket.h>

#include "device/softkey/loopback.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kTickInterval = 10;  // ms: how late a delayed touch may be
constexpr std::size_t kLengthSize = 2;

// vpcd's one-byte controls.
constexpr std::uint8_t kPowerOff = 0x00;
constexpr std::uint8_t kPowerOn = 0x01;
constexpr std::uint8_t kReset = 0x02;
constexpr std::uint8_t kAnswerToReset = 0x04;

std::expected<FileDescriptor, int> connect_to(const VpcdAddress& address) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return std::unexpected(errno);
  const sockaddr_in reader = socket_address(address.host, address.port);
  if (::connect(socket.get(), generic(reader), sizeof reader) != 0) return std::unexpected(errno);
  return socket;
}

}  // namespace

std::optional<VpcdAddress> parse_vpcd_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  auto host = parse_loopback(text.substr(0, colon));
  const auto port = parse_port(text.substr(colon + 1));
  if (!host || !port || *port == 0) return {};
  return VpcdAddress{std::move(*host), *port};
}

std::string to_string(const VpcdAddress& address) {
  return "vpcd:" + address.host + ":" + std::to_string(address.port);
}

std::optional<Bytes> VpcdMessages::next() {
  if (received_.size() < kLengthSize) return {};
  const std::size_t size = kLengthSize + read_be16(received_);
  if (received_.size() < size) return {};
  const auto end = received_.begin() + static_cast<std::ptrdiff_t>(size);
  Bytes message(received_.begin() + kLengthSize, end);
  received_.erase(received_.begin(), end);
  return message;
}

Bytes VpcdMessages::framed(BytesView message) {
  Bytes out;
  append_be16(out, static_cast<std::uint16_t>(message.size()));
  append(out, message);
  return out;
}

std::expected<VpcdPump, int> VpcdPump::open(VpcdAddress address) {
  auto socket = connect_to(address);
  if (!socket) return std::unexpected(socket.error());
  return VpcdPump(std::move(address), std::move(*socket));
}

void VpcdPump::run(Card& card, OperatorInput& operator_input, TouchByPolicy& touch) {
  while (true) {
    const int timeout = card.is_busy() ? kTickInterval : -1;
    if (wait_for(socket_.get(), operator_input, timeout) && !receive(card)) return;
    for (const Gesture gesture : operator_input.read()) {
      switch (gesture) {
        case Gesture::kTouch:
          touch.touch();
          break;
        case Gesture::kPowerCycle:
          if (!lift_and_hold(operator_input)) return;
          break;
        case Gesture::kEnd:
          return;
      }
    }
    if (const auto response = card.tick(); response && !send(*response)) return;
    if (card.is_held()) continue;
    if (!lift_and_hold(operator_input)) return;
    card.power_up();
  }
}

bool VpcdPump::receive(Card& card) {
  std::array<std::uint8_t, 4096> chunk{};
  const ssize_t size = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (size < 0 && errno == EINTR) return true;
  if (size <= 0) return false;
  messages_.add(BytesView(chunk).first(static_cast<std::size_t>(size)));
  while (const auto message = messages_.next()) {
    if (!answer(card, *message)) return false;
  }
  return true;
}

bool VpcdPump::answer(Card& card, BytesView message) {
  if (message.size() == 1) {
    switch (message.front()) {
      case kPowerOn:
      case kReset:
        card.power_up();
        return true;
      case kAnswerToReset:
        return send(card.answer_to_reset());
      case kPowerOff:  // nothing is lost before power comes back
      default:
        return true;
    }
  }
  const auto response = card.transmit(message);
  return !response || send(*response);
}

bool VpcdPump::send(BytesView message) const {
  const Bytes framed = VpcdMessages::framed(message);
  BytesView left(framed);
  while (!left.empty()) {
    const ssize_t sent = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    left = left.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool VpcdPump::lift_and_hold(const OperatorInput& operator_input) {
  socket_.reset();
  messages_ = {};
  // A gesture meanwhile (an end, most likely) is not kept waiting.
  (void)wait_for(-1, operator_input, static_cast<int>(kLifted.count()));
  auto socket = connect_to(address_);
  if (!socket) return false;
  socket_ = std::move(*socket);
  return true;
}

}  // namespace firstkey::device::softkey
