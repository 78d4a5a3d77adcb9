#include "enroll/party/answer_form.h"

namespace firstkey::enroll {

std::string_view name_of(AnswerForm form) noexcept {
  for (const auto& [known, name] : kAnswerForms) {
    if (known == form) return name;
  }
  return {};  // a value outside the enumeration
}

std::optional<PartyForm> options_form_of(AnswerForm form) noexcept {
  switch (form) {
    case AnswerForm::kL3:
      return PartyForm::kL3;
    case AnswerForm::kGraph:
      return PartyForm::kGraph;
    case AnswerForm::kOkta:
      return PartyForm::kOkta;
    case AnswerForm::kIpa:
    case AnswerForm::kPamU2f:
    case AnswerForm::kSshNote:
      return std::nullopt;
  }
  return std::nullopt;  // a value outside the enumeration
}

AnswerForm answer_form_of(PartyForm form) noexcept {
  switch (form) {
    case PartyForm::kL3:
      return AnswerForm::kL3;
    case PartyForm::kGraph:
      return AnswerForm::kGraph;
    case PartyForm::kOkta:
      return AnswerForm::kOkta;
  }
  return AnswerForm::kL3;  // a value outside the enumeration
}

bool is_beyond_browsers(AnswerForm form, std::string_view rp_id) noexcept {
  return (form == AnswerForm::kSshNote && rp_id.starts_with("ssh:")) ||
         (form == AnswerForm::kPamU2f && rp_id.starts_with("pam://"));
}

}  // namespace firstkey::enroll
