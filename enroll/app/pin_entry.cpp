#include "enroll/app/pin_entry.h"

#include <utility>

#include <fmt/format.h>

#include "enroll/app/descriptor_input.h"

namespace firstkey::enroll {

namespace {

Failure flaw(const device::Error& error, std::size_t min_code_points) {
  auto failure = to_failure(error);
  failure.exit_code = ExitCode::kUsage;  // no key has refused it
  if (error.code == device::ErrorCode::kPinTooShort) {
    failure.message = fmt::format("a PIN of this key has at least {} characters", min_code_points);
  } else if (error.code == device::ErrorCode::kPinTooLong) {
    failure.message = fmt::format(
        "a PIN has at most {} bytes: that many plain letters and digits, fewer with accents or in "
        "other scripts",
        device::kMaxPinBytes);
  } else {
    failure.message = "a PIN is text in UTF-8";
  }
  return failure;
}

void say(const KeyDesk& desk, const std::string& sentence) {
  desk.terminal->write("  " + sentence + "\n");
}

/// Asks until what is typed can be a PIN at all.
Attempt<device::Pin> ask_pin(const KeyDesk& desk,
                             const std::string& label,
                             std::size_t min_code_points) {
  while (true) {
    const auto typed = ask_secret(*desk.terminal, desk.signals, label);
    if (!typed) return std::unexpected(typed.error());
    auto pin = to_pin(*typed, min_code_points);
    if (pin) return pin;
    say(desk, "No: " + pin.error().message + ".");
  }
}

/// Nothing for plain letters and digits.
void explain(const KeyDesk& desk, const device::Pin& pin) {
  if (pin.bytes() == pin.code_points()) return;
  say(desk,
      fmt::format("It counts as {} characters and {} of {} bytes, and goes to the key in its "
                  "composed form (Unicode NFC).",
                  pin.code_points(),
                  pin.bytes(),
                  device::kMaxPinBytes));
  say(desk, "Choose it only if every keyboard you will sign in at can type it.");
}

Attempt<device::Pin> read_pin(const KeyDesk& desk,
                              int fd,
                              const char* flag,
                              std::size_t min_code_points) {
  const auto line = read_secret_line(fd, flag, desk.signals);
  if (!line) return std::unexpected(line.error());
  auto pin = to_pin(*line, min_code_points);
  if (!pin) pin.error().message = fmt::format("{}: {}", flag, pin.error().message);
  return pin;
}

std::unexpected<Failure> nobody(const char* flag) {
  return misuse(fmt::format("{} is needed: there is no terminal to ask at", flag));
}

}  // namespace

Attempt<device::Pin> to_pin(const core::Secret& typed, std::size_t min_code_points) {
  const auto bytes = typed.expose();  // on its way into a Pin, wiped memory to wiped memory
  auto pin = device::Pin::create({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                 min_code_points);
  if (!pin) return std::unexpected(flaw(pin.error(), min_code_points));
  return std::move(pin.value());
}

Attempt<device::Pin> enter_pin(const KeyDesk& desk,
                               const PinOptions& options,
                               const std::string& label) {
  // Of a PIN that is set already the key's present minimum says nothing.
  constexpr auto kMinimum = device::kMinPinCodePoints;
  if (options.pin_fd) return read_pin(desk, *options.pin_fd, "--pin-fd", kMinimum);
  if (desk.terminal == nullptr) return nobody("--pin-fd");
  return ask_pin(desk, label, kMinimum);
}

Attempt<device::Pin> choose_pin(const KeyDesk& desk,
                                const PinOptions& options,
                                std::size_t min_code_points) {
  if (options.new_pin_fd) {
    return read_pin(desk, *options.new_pin_fd, "--new-pin-fd", min_code_points);
  }
  if (desk.terminal == nullptr) return nobody("--new-pin-fd");
  while (true) {
    auto pin = ask_pin(
        desk, fmt::format("New PIN (at least {} characters)", min_code_points), min_code_points);
    if (!pin) return pin;
    explain(desk, *pin);
    const auto again = ask_pin(desk, "The same PIN again", device::kMinPinCodePoints);
    if (!again) return std::unexpected(again.error());
    if (pin->equals(*again)) return pin;
    say(desk, "The two are not the same.");
  }
}

}  // namespace firstkey::enroll
