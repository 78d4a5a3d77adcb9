#include <charconv>
#include <system_error>

#include "device/key_discovery.h"

namespace firstkey::device {

namespace {

constexpr std::string_view kHidPrefix = "/dev/hidraw";
constexpr std::string_view kReaderPrefix = "ccid:";
constexpr std::string_view kSimulatorPrefix = "udp:";
constexpr std::size_t kMaxPathLength = 256;  // a PC/SC reader name has 128 bytes at most

template <class Number>
std::optional<Number> parse_number(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

bool is_printable(std::string_view text) {
  return text.find_first_of(std::string_view("\0\n\r\t\x1b\x7f", 6)) == std::string_view::npos;
}

}  // namespace

std::optional<SimulatorAddress> SimulatorAddress::parse(std::string_view text) {
  if (!text.starts_with(kSimulatorPrefix)) return std::nullopt;
  text.remove_prefix(kSimulatorPrefix.size());
  const auto first = text.find(':');
  const auto second = text.rfind(':');
  if (first == std::string_view::npos || first == second) return std::nullopt;
  const auto host = text.substr(0, first);
  const auto port = parse_number<std::uint16_t>(text.substr(first + 1, second - first - 1));
  const auto reply_port = parse_number<std::uint16_t>(text.substr(second + 1));
  if (host != "127.0.0.1" && host != "localhost") return std::nullopt;
  if (!port || !reply_port || *port == 0 || *reply_port == 0 || *port == *reply_port) {
    return std::nullopt;
  }
  return SimulatorAddress{.port = *port, .reply_port = *reply_port};
}

std::string SimulatorAddress::to_string() const {
  return "udp:127.0.0.1:" + std::to_string(port) + ":" + std::to_string(reply_port);
}

std::optional<KeyPath> KeyPath::parse(std::string_view text) {
  if (text.size() > kMaxPathLength || !is_printable(text)) return std::nullopt;
  if (text.starts_with(kHidPrefix)) {
    if (!parse_number<unsigned>(text.substr(kHidPrefix.size()))) return std::nullopt;
    return KeyPath{.transport = Transport::kUsb, .text = std::string(text)};
  }
  if (text.starts_with(kReaderPrefix) && text.size() > kReaderPrefix.size()) {
    return KeyPath{.transport = Transport::kReader, .text = std::string(text)};
  }
  if (const auto simulator = SimulatorAddress::parse(text)) {
    return KeyPath{.transport = Transport::kSimulator, .text = simulator->to_string()};
  }
  return std::nullopt;
}

}  // namespace firstkey::device
