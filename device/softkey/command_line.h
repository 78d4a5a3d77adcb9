#pragma once
// firstkey-softkey's command line, checked: whatever is here can be started as it stands.

#include <expected>
#include <filesystem>
#include <optional>
#include <variant>

#include "device/softkey/key_parts.h"
#include "device/softkey/quirks.h"
#include "device/softkey/udp_pump.h"
#include "device/softkey/uhid_pump.h"
#include "device/softkey/usb_pump.h"
#include "device/softkey/user_presence.h"
#include "device/softkey/vpcd_pump.h"

namespace firstkey::device::softkey {

struct CommandLine {
  /// Where the key can be reached: a wire, a kernel, a reader, or nowhere, when only its root is
  /// wanted.
  std::variant<std::monostate, UdpAddress, UhidNode, UsbController, VpcdAddress> front_end;
  std::optional<std::filesystem::path> state_file;  ///< none: the key forgets when it ends
  Settings settings;
  TouchPolicy touch;
  Quirks quirks;
  /// Whether a card grants presence once each time it is held to the reader, or always.
  enum class CardPresence : std::uint8_t {
    kOncePerTap,
    kAlways
  } card_presence = CardPresence::kOncePerTap;
  bool prints_root = false;
  std::optional<std::filesystem::path> root_file;
  std::optional<int> ready_fd;  ///< where the line "ready ..." goes instead of to stdout
  bool ends_with_parent = false;
};

/// What the program's exit status is to be at once: 0 after --help or --version, 2 for misuse. The
/// text that goes with it has been printed.
struct ExitNow {
  int status = 0;
};

[[nodiscard]] std::expected<CommandLine, ExitNow> parse_command_line(int argc,
                                                                     const char* const* argv);

/// A UUID with its hyphens.
[[nodiscard]] std::optional<Aaguid> parse_aaguid(std::string_view text);

}  // namespace firstkey::device::softkey
