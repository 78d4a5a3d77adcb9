#pragma once
// key list and key info: what is plugged in, and what it says of itself.

#include "enroll/app/key_desk.h"
#include "enroll/app/key_words.h"

namespace firstkey::enroll {

/// Every key the discovery has seen by now, with what stands in the way of using it; waits for
/// none. Errors: "no_key", with what stands in the way of seeing one.
[[nodiscard]] Attempt<void> list_keys(const KeyDesk& desk);

/// All that an open key says of itself; what it will not tell is left out.
[[nodiscard]] KeyReading read_key(const KeyDesk& desk, const KeyAtHand& hand);

/// Opens the one key of `desk.choice` and reads what it says; uses up no PIN attempt and no
/// presence. Errors: those of take_key().
[[nodiscard]] Attempt<void> describe_key(const KeyDesk& desk);

}  // namespace firstkey::enroll
