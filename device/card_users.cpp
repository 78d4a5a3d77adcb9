#include "device/card_users.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>

namespace firstkey::device {

namespace {

struct CardUser {
  std::string_view program;  ///< as the kernel has it: 15 letters at most (TASK_COMM_LEN)
  std::string_view name;
};

constexpr std::array kKnown{
    CardUser{"gsd-smartcard", "GNOME (gsd-smartcard)"},
    CardUser{"opensc-notify", "OpenSC (opensc-notify)"},
    CardUser{"pivy-agent", "pivy-agent"},
    CardUser{"scdaemon", "GnuPG (scdaemon)"},
    CardUser{"ssh-pkcs11-help", "OpenSSH (ssh-pkcs11-helper)"},
    CardUser{"ykman", "YubiKey Manager (ykman)"},
    CardUser{"yubikey-agent", "yubikey-agent"},
};

}  // namespace

std::string running_card_users(const std::filesystem::path& proc) {
  std::set<std::string_view> found;
  std::error_code ended;  // a process may, at any moment
  for (auto entry = std::filesystem::directory_iterator(proc, ended);
       !ended && entry != std::filesystem::directory_iterator();
       entry.increment(ended)) {
    std::ifstream file(entry->path() / "comm");
    std::string program;
    if (!std::getline(file, program)) continue;
    const auto* const known = std::ranges::find(kKnown, program, &CardUser::program);
    if (known != kKnown.end()) found.insert(known->name);
  }
  std::string names;
  for (const auto name : found) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

}  // namespace firstkey::device
