#pragma once
// What the answer to reset tells that a card gives, or that a reader makes up for it.
// Source: ISO/IEC 7816-3 §8.2; PC/SC part 3 §3.1.3.2.3.

#include "device/types.h"

namespace firstkey::device {

/// Whether the card lies in a reader's field instead of on its contacts: readers make up one form
/// of ATR for all of those. A card of which nothing is known counts as one, for it is asked no
/// touch, which would use up the presence of one that is.
[[nodiscard]] bool is_contactless(BytesView answer_to_reset);

}  // namespace firstkey::device
