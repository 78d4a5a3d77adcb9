#pragma once
// How quirks spoil the bytes of an honest answer. Pure; nothing is signed anew, so a spoiled part
// of what was signed spoils the signature too.

#include "device/softkey/bytes.h"
#include "device/softkey/quirks.h"

namespace firstkey::device::softkey {

/// What a key with `quirks` says instead of `answer`, status byte first, to `request`.
[[nodiscard]] Bytes spoil(const Quirks& quirks, BytesView request, Bytes answer);

}  // namespace firstkey::device::softkey
