#include "enroll/app/consent.h"

#include "enroll/app/screen_text.h"

namespace firstkey::enroll {

Attempt<void> confirm(const KeyDesk& desk, Consent consent, std::string_view consequence) {
  if (consent == Consent::kGiven) return {};
  if (desk.terminal == nullptr) {
    return misuse("--yes is needed for what cannot be undone: there is no terminal to ask at");
  }
  desk.terminal->write("  " + printable(consequence) + "\n");
  const auto answer = ask_text(*desk.terminal, desk.signals, "Go on? (y/N)");
  if (!answer) return std::unexpected(answer.error());
  if (*answer == "y" || *answer == "Y" || *answer == "yes") return {};
  return std::unexpected(cancelled());
}

}  // namespace firstkey::enroll
