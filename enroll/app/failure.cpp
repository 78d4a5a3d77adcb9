#include "enroll/app/failure.h"

#include <algorithm>
#include <array>
#include <utility>

namespace firstkey::enroll {

namespace {

/// "PinAuthBlocked" -> "pin_auth_blocked", as all codes of --json are spelt.
std::string snake_case(std::string_view camel_case) {
  std::string text;
  for (const char c : camel_case) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && !text.empty()) text += '_';
    text += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

struct Sentence {
  device::ErrorCode code;
  std::string_view text;
};

/// What to say instead of libfido2's words. Of the rest the detail says what the key answered.
constexpr std::array kSentences = {
    Sentence{device::ErrorCode::kGone, "the key was taken away; insert it again"},
    Sentence{device::ErrorCode::kUnknownPath,
             "there is no key at that path; `firstkey key list` shows where keys are"},
    Sentence{device::ErrorCode::kNoAccess,
             "this account may not open the key; `firstkey key list` says what to do"},
    Sentence{device::ErrorCode::kBusy, "another program is using the key; close it and try again"},
    Sentence{device::ErrorCode::kNoApplet, "there is no FIDO on this card"},
    Sentence{device::ErrorCode::kNoReaderService, "the reader service does not run; start pcscd"},
    Sentence{device::ErrorCode::kTimeout, "the key did not answer in time; insert it again"},
    Sentence{device::ErrorCode::kU2fOnly,
             "this key speaks U2F only: it has no PIN, no passkeys and no settings"},
    Sentence{device::ErrorCode::kUnsupportedCommand, "this key cannot do that"},
    Sentence{device::ErrorCode::kUnsupportedOption, "this key cannot do that"},
    Sentence{device::ErrorCode::kTouchTimeout, "nobody touched the key in time; try again"},
    Sentence{device::ErrorCode::kNotAllowed,
             "the key does not do that now; take it out, insert it again and try again"},
    Sentence{device::ErrorCode::kPinPolicy,
             "the key's own rules refuse this PIN; choose one that is longer or less simple"},
    Sentence{device::ErrorCode::kUvInvalid, "the key does not know that finger; try again"},
    Sentence{device::ErrorCode::kUvBlocked,
             "the key takes no finger until its PIN is entered; use it at a terminal"},
    Sentence{device::ErrorCode::kPinAuthBlocked, "the key takes no PIN until it is inserted again"},
    Sentence{device::ErrorCode::kPinBlocked,
             "the key's PIN is blocked for good; only a reset, which erases it, helps"},
};

}  // namespace

Failure to_failure(const core::Error& error) {
  const auto name = std::string(core::to_string(error.code));
  return {.code = name,
          .message = error.detail.empty() ? name : error.detail,
          .exit_code = exit_code_of(error.code)};
}

Failure to_failure(const device::Error& error) {
  if (error.code == device::ErrorCode::kCancelled) return cancelled();
  auto code = snake_case(device::name_of(error.code));
  const auto* said = std::ranges::find(kSentences, error.code, &Sentence::code);
  auto message = said != kSentences.end() ? std::string(said->text)
                                          : "the key answered " + code + ": " + error.detail;
  return {.code = std::move(code),
          .message = std::move(message),
          .exit_code = exit_code_of(error.code)};
}

Failure to_failure(const PartyError& error) {
  return {.code = std::string(name_of(error.code)),
          .message = error.detail,
          .exit_code = exit_code_of(error.code)};
}

Failure cancelled() {
  return {.code = "cancelled", .message = "cancelled", .exit_code = ExitCode::kCancelled};
}

Failure cancelled(const std::string& state) {
  auto failure = cancelled();
  failure.message += ": " + state;
  return failure;
}

std::unexpected<Failure> misuse(std::string message) {
  return std::unexpected(Failure{
      .code = "invalid_argument", .message = std::move(message), .exit_code = ExitCode::kUsage});
}

}  // namespace firstkey::enroll
