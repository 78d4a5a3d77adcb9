#include "device/softkey/usbip_messages.h"

#include <algorithm>
#include <cerrno>

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kHeaderSize = 48;
constexpr std::uint32_t kSubmit = 1;
constexpr std::uint32_t kUnlink = 2;
constexpr std::uint32_t kSubmitted = 3;
constexpr std::uint32_t kUnlinked = 4;

// Where the fields are that this device needs.
constexpr std::size_t kSequenceAt = 4;
constexpr std::size_t kDirectionAt = 12;
constexpr std::size_t kEndpointAt = 16;
constexpr std::size_t kUnlinkedAt = 20;
constexpr std::size_t kLengthAt = 24;
constexpr std::size_t kSetupAt = 40;

/// `status` is 0 or a negative errno, as kernels have it.
Bytes answer(std::uint32_t command, std::uint32_t sequence, int status, std::size_t length) {
  Bytes message;
  append_be32(message, command);
  append_be32(message, sequence);
  message.resize(kUnlinkedAt);
  append_be32(message, static_cast<std::uint32_t>(status));
  append_be32(message, static_cast<std::uint32_t>(length));
  message.resize(kHeaderSize);
  return message;
}

UsbipRequest parse_header(BytesView header) {
  UsbipRequest request;
  request.kind =
      read_be32(header) == kUnlink ? UsbipRequest::Kind::kUnlink : UsbipRequest::Kind::kSubmit;
  request.sequence = read_be32(header.subspan(kSequenceAt));
  request.direction = read_be32(header.subspan(kDirectionAt)) == 0 ? UsbipRequest::Direction::kOut
                                                                   : UsbipRequest::Direction::kIn;
  request.endpoint = read_be32(header.subspan(kEndpointAt));
  if (request.kind == UsbipRequest::Kind::kUnlink) {
    request.unlinked = read_be32(header.subspan(kUnlinkedAt));
  }
  std::ranges::copy(header.subspan(kSetupAt, request.setup.size()), request.setup.begin());
  return request;
}

}  // namespace

std::optional<UsbipRequest> UsbipMessages::next() {
  if (is_broken_ || received_.size() < kHeaderSize) return {};
  const BytesView header = BytesView(received_).first(kHeaderSize);
  const std::uint32_t command = read_be32(header);
  UsbipRequest request = parse_header(header);
  const bool has_data = command == kSubmit && request.direction == UsbipRequest::Direction::kOut;
  const std::size_t size = has_data ? read_be32(header.subspan(kLengthAt)) : 0;
  is_broken_ = (command != kSubmit && command != kUnlink) || size > kMaximumData;
  if (is_broken_ || received_.size() < kHeaderSize + size) return {};
  const auto data = received_.begin() + kHeaderSize;
  const auto end = data + static_cast<std::ptrdiff_t>(size);
  request.data.assign(data, end);
  received_.erase(received_.begin(), end);
  return request;
}

Bytes usbip_received(std::uint32_t sequence, BytesView data) {
  Bytes message = answer(kSubmitted, sequence, 0, data.size());
  append(message, data);
  return message;
}

Bytes usbip_sent(std::uint32_t sequence, std::size_t size) {
  return answer(kSubmitted, sequence, 0, size);
}

Bytes usbip_stalled(std::uint32_t sequence) {
  return answer(kSubmitted, sequence, -EPIPE, 0);
}

Bytes usbip_unlinked(std::uint32_t sequence, Unlinked unlinked) {
  return answer(kUnlinked, sequence, unlinked == Unlinked::kInTime ? -ECONNRESET : 0, 0);
}

}  // namespace firstkey::device::softkey
