#include "enroll/party/error.h"

namespace firstkey::enroll {

std::string_view name_of(PartyErrorCode code) noexcept {
  switch (code) {
    case PartyErrorCode::kOptionsInvalid:
      return "options_invalid";
    case PartyErrorCode::kFormUnclear:
      return "form_unclear";
    case PartyErrorCode::kOriginInvalid:
      return "origin_invalid";
    case PartyErrorCode::kRpIdNotAllowed:
      return "rp_id_not_allowed";
    case PartyErrorCode::kChallengeExpired:
      return "challenge_expired";
    case PartyErrorCode::kFormUnsuitable:
      return "form_unsuitable";
    case PartyErrorCode::kKeyUnsuitable:
      return "key_unsuitable";
    case PartyErrorCode::kAnswerUnreadable:
      return "answer_unreadable";
  }
  return "options_invalid";  // a value outside the enumeration
}

}  // namespace firstkey::enroll
