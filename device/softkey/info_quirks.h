#pragma once
// What quirks make of an answer to getInfo.

#include "device/softkey/bytes.h"
#include "device/softkey/quirks.h"

namespace firstkey::device::softkey {

/// `answer`, an honest key's and a success, as a key with `quirks` gives it.
[[nodiscard]] Bytes spoil_info(const Quirks& quirks, BytesView answer);

}  // namespace firstkey::device::softkey
