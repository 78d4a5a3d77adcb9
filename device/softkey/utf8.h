#pragma once
// Code points of UTF-8: CTAP measures a PIN's least length in them and its greatest in bytes.

#include <cstddef>
#include <optional>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

/// Nothing unless `text` is well-formed UTF-8.
[[nodiscard]] std::optional<std::size_t> count_code_points(BytesView text);

}  // namespace firstkey::device::softkey
