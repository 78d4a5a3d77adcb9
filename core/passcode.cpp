#include "core/passcode.h"

#include <cctype>

namespace firstkey::core {

namespace {

constexpr std::size_t kLongestPasscode = 48;  // Graph defaultLength's upper end
constexpr std::size_t kGroup = 4;

/// The canonical symbol for `typed`, or 0 if the alphabet has none.
char canonical(char typed, Alphabet alphabet) {
  if (alphabet == Alphabet::kCrockfordBase32) {
    const auto upper = static_cast<char>(std::toupper(static_cast<unsigned char>(typed)));
    typed = upper == 'I' || upper == 'L' ? '1' : upper == 'O' ? '0' : upper;
  }
  return symbols_of(alphabet).find(typed) == std::string_view::npos ? '\0' : typed;
}

}  // namespace

std::string_view symbols_of(Alphabet alphabet) noexcept {
  switch (alphabet) {
    case Alphabet::kCrockfordBase32:
      return "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    case Alphabet::kDigits:
      return "0123456789";
    case Alphabet::kAlphanumeric:
      return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  }
  return "";
}

Secret draw_passcode(Alphabet alphabet, int length, Random& random) {
  const auto symbols = symbols_of(alphabet);
  auto passcode = Secret::of_size(static_cast<std::size_t>(length));
  for (auto& symbol : passcode.expose_mutable()) {  // drawn in place: no copy to wipe
    symbol = static_cast<std::uint8_t>(
        symbols[random.below(static_cast<std::uint32_t>(symbols.size()))]);
  }
  return passcode;
}

Secret in_groups(const Secret& passcode) {
  if (passcode.empty()) return {};
  auto grouped = Secret::of_size(passcode.size() + (passcode.size() - 1) / kGroup);
  std::size_t written = 0;
  const auto symbols = passcode.expose();  // copied into the secret that is shown
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i != 0 && i % kGroup == 0) grouped.expose_mutable()[written++] = '-';
    grouped.expose_mutable()[written++] = symbols[i];
  }
  return grouped;
}

std::optional<Secret> normalise_passcode(const Secret& typed, Alphabet alphabet) {
  auto kept = Secret::of_size(kLongestPasscode);
  std::size_t length = 0;
  for (const auto byte : typed.expose()) {  // read once, symbol by symbol
    const auto symbol = static_cast<char>(byte);
    if (symbol == ' ' || symbol == '-') continue;
    const char known = canonical(symbol, alphabet);
    if (known == '\0' || length == kLongestPasscode) return std::nullopt;
    kept.expose_mutable()[length++] = static_cast<std::uint8_t>(known);
  }
  if (length == 0) return std::nullopt;
  return Secret(kept.expose().first(length));
}

}  // namespace firstkey::core
