#pragma once
// The messages of USB/IP by which a kernel's virtual host controller talks to a device elsewhere:
// 48 bytes of header, big-endian, and data behind. Source: Linux
// Documentation/usb/usbip_protocol.rst.

#include <optional>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

struct UsbipRequest {
  enum class Kind : std::uint8_t { kSubmit, kUnlink };
  enum class Direction : std::uint8_t { kOut, kIn };
  Kind kind = Kind::kSubmit;
  std::uint32_t sequence = 0;
  Direction direction = Direction::kOut;
  std::uint32_t endpoint = 0;
  std::array<std::uint8_t, 8> setup{};  ///< on the control endpoint
  Bytes data;                           ///< of a submit that goes out
  std::uint32_t unlinked = 0;           ///< the sequence number of the submit an unlink takes back
};

/// Cuts what arrives into requests.
class UsbipMessages {
 public:
  /// More data than any transfer of this device has; a stream that announces more is not USB/IP.
  static constexpr std::size_t kMaximumData = 65'535;

  void add(BytesView bytes) { append(received_, bytes); }
  /// The next whole request.
  [[nodiscard]] std::optional<UsbipRequest> next();
  /// Whether the stream turned out to be something else; next() has nothing from then on.
  [[nodiscard]] bool is_broken() const { return is_broken_; }

 private:
  Bytes received_;
  bool is_broken_ = false;
};

/// The end of the submit `sequence`: `data` is what came in.
[[nodiscard]] Bytes usbip_received(std::uint32_t sequence, BytesView data);
/// The end of the submit `sequence`: `size` bytes went out.
[[nodiscard]] Bytes usbip_sent(std::uint32_t sequence, std::size_t size);
/// The end of the submit `sequence`: the endpoint stalled.
[[nodiscard]] Bytes usbip_stalled(std::uint32_t sequence);

enum class Unlinked : std::uint8_t { kInTime, kTooLate };
/// The end of the unlink `sequence`: whether what it took back was still waiting.
[[nodiscard]] Bytes usbip_unlinked(std::uint32_t sequence, Unlinked unlinked);

}  // namespace firstkey::device::softkey
