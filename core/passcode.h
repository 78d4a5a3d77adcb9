#pragma once
// What a human types: drawn without bias, shown in groups, read back forgivingly where the alphabet
// allows it. A passcode is a Secret from its first byte to its last.

#include <optional>
#include <string_view>

#include "core/policy.h"
#include "core/random.h"
#include "core/secret.h"

namespace firstkey::core {

/// The symbols of `alphabet`, in their canonical spelling.
[[nodiscard]] std::string_view symbols_of(Alphabet alphabet) noexcept;

/// `length` symbols, each equally likely. Range: 8..48.
[[nodiscard]] Secret draw_passcode(Alphabet alphabet, int length, Random& random);

/// For showing once: "7KQM-3TXF".
[[nodiscard]] Secret in_groups(const Secret& passcode);

/// The canonical form of what was typed: spaces and hyphens dropped and, in Crockford's alphabet,
/// letters in upper case, I and L read as 1, O as 0. Nothing if a symbol does not belong to the
/// alphabet, or if there are none or more than 48.
/// Source: Crockford, "Base 32" (decoding table).
[[nodiscard]] std::optional<Secret> normalise_passcode(const Secret& typed, Alphabet alphabet);

}  // namespace firstkey::core
