#pragma once
// The words for each event of a ceremony (enroll/README.md, "Events"), for the person in front of
// it. Pure; what reaches the screen is cleaned by the view.

#include <string>

#include "enroll/events.h"

namespace firstkey::enroll {

struct EventText {
  enum class Kind {
    kFact,      ///< told once
    kGood,      ///< a step that is done
    kTrouble,   ///< something to be read, with what to do
    kWait,      ///< the person's turn: stays on the current line, with the time left
    kPassing,   ///< the machine's turn: makes way for what comes next
    kQuestion,  ///< the label of the prompt that follows
  };
  Kind kind = Kind::kFact;
  std::string label;  ///< "Found": set off at the left; may be empty
  std::string text;
};

[[nodiscard]] EventText text_of(const Event& event);

/// The first characters of a credential's id, enough to tell two apart: "b8Qx3fLk…".
[[nodiscard]] std::string short_id(core::BytesView credential_id);

}  // namespace firstkey::enroll
