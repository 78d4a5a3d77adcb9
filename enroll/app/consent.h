#pragma once
// A person's yes to what cannot be undone; a script gives it on its command line.

#include <string_view>

#include "enroll/app/key_desk.h"

namespace firstkey::enroll {

enum class Consent {
  kToAsk,
  kGiven,  ///< --yes
};

/// Says what will be and asks whether to go on, unless the answer is given.
/// Errors: "cancelled", by any answer but yes; "invalid_argument", when nobody can be asked.
[[nodiscard]] Attempt<void> confirm(const KeyDesk& desk,
                                    Consent consent,
                                    std::string_view consequence);

}  // namespace firstkey::enroll
