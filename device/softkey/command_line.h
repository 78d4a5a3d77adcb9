#pragma once
// firstkey-softkey's command line, checked: whatever is here can be started as it stands.

#include <expected>
#include <filesystem>
#include <optional>
#include <variant>

#include "device/softkey/key_parts.h"
#include "device/softkey/udp_pump.h"
#include "device/softkey/user_presence.h"

namespace firstkey::device::softkey {

struct CommandLine {
  /// Where the key can be reached; neither: only --print-root or --root-out was asked for.
  std::optional<UdpAddress> udp;
  std::optional<std::filesystem::path> state_file;  ///< none: the key forgets when it ends
  Settings settings;
  TouchPolicy touch;
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
