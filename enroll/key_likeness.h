#pragma once
// Whether a key that comes back may be taken for the one that left, before it has shown anything.
// A key that answers silent questions only after its PIN cannot say what it holds, and asking a
// person twice for one PIN is what they remember of an enrollment. So a PIN that is still kept is
// tried, once, on a key that came back to the same place, is of the same model and firmware, has as
// much room as there must be left, and attempts to spare: were it another person's after all, it
// would lose one that their own next PIN gives back. Pure.

#include <cstdint>
#include <optional>

#include "device/key_discovery.h"
#include "device/types.h"
#include "enroll/key_suitability.h"

namespace firstkey::enroll {

/// What was known of a key before it made its credential.
struct KeyLikeness {
  device::KeyPath path;
  device::Aaguid aaguid{};
  std::optional<std::uint64_t> firmware_version;
  std::optional<std::uint64_t> remaining_discoverable_credentials;
};

/// Attempts a key must have left to be tried: most of CTAP's eight. Source: CTAP 2.1 §6.5.2.2.
inline constexpr int kAttemptsToSpare = 5;

[[nodiscard]] KeyLikeness likeness_of(const KeyProfile& profile);

/// A model that does not tell itself apart (an AAGUID of zeros) is like no other.
[[nodiscard]] bool is_like(const KeyLikeness& maker, const KeyProfile& returned);

}  // namespace firstkey::enroll
