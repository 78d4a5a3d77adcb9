#pragma once
// Requests as quirks see them: which are refused before an honest key is asked, and which are of
// the kind a quirk waits for.

#include <optional>

#include "device/softkey/bytes.h"
#include "device/softkey/quirks.h"

namespace firstkey::device::softkey {

/// The status byte that `request` is refused with whoever asks, if any.
[[nodiscard]] std::optional<std::uint8_t> refusal_of(const Quirks& quirks, BytesView request);

/// makeCredential and getAssertion.
[[nodiscard]] bool makes_or_asserts(BytesView request);
/// getAssertion, but for a silent look.
[[nodiscard]] bool wants_presence_to_assert(BytesView request);
[[nodiscard]] bool asks_for_info(BytesView request);
[[nodiscard]] bool is_set_pin(BytesView request);
[[nodiscard]] bool asks_for_pin_attempts(BytesView request);

}  // namespace firstkey::device::softkey
