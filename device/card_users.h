#pragma once
// Which programs run that are known to keep cards for themselves. PC/SC does not say who has a
// card, so this is a guess, and is told as one.

#include <filesystem>
#include <string>

namespace firstkey::device {

/// As people know them, with commas between: "GnuPG (scdaemon)". Empty when none runs that is
/// known, or when this account may not see it. `proc` is "/proc" but in tests.
[[nodiscard]] std::string running_card_users(const std::filesystem::path& proc = "/proc");

}  // namespace firstkey::device
