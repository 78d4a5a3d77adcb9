#pragma once
// Why what a relying party asks for is not done, before any key is asked. Callers branch on the
// code; the detail is for the person, and names what is wrong in words.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace firstkey::enroll {

enum class PartyErrorCode {
  kOptionsInvalid,    ///< not the JSON that its form has; the detail begins with the member's path
  kFormUnclear,       ///< of which form the options are cannot be told
  kOriginInvalid,     ///< not an origin that a browser would do WebAuthn at
  kRpIdNotAllowed,    ///< not for this origin: SecurityError of WebAuthn L3 §5.1.3 step 8
  kChallengeExpired,  ///< the options say until when they hold, and that is over
  kFormUnsuitable,    ///< the answer cannot be given in the form that was asked for
  kKeyUnsuitable,     ///< the key cannot do what the options demand
  kAnswerUnreadable,  ///< the key's answer is not what a key answers
};

/// "options_invalid", as `--json` spells it.
[[nodiscard]] std::string_view name_of(PartyErrorCode code) noexcept;

struct PartyError {
  PartyErrorCode code = PartyErrorCode::kOptionsInvalid;
  std::string detail;

  friend bool operator==(const PartyError&, const PartyError&) = default;
};

template <class Value>
using PartyResult = std::expected<Value, PartyError>;

[[nodiscard]] inline std::unexpected<PartyError> refuse(PartyErrorCode code, std::string detail) {
  return std::unexpected(PartyError{.code = code, .detail = std::move(detail)});
}

}  // namespace firstkey::enroll
