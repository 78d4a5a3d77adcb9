#pragma once
// How quirks spoil the bytes of an honest answer. What was signed is signed anew, so that the quirk
// is all that a verifier can find wrong.

#include "device/softkey/key_parts.h"
#include "device/softkey/quirks.h"

namespace firstkey::device::softkey {

/// What `key` with `quirks` says instead of `answer`, status byte first, to `request`.
[[nodiscard]] Bytes spoil(const Quirks& quirks,
                          const KeyParts& key,
                          BytesView request,
                          Bytes answer);

}  // namespace firstkey::device::softkey
