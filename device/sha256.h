#pragma once
// The digest that CTAP uses everywhere.

#include <string_view>

#include "device/types.h"

namespace firstkey::device {

[[nodiscard]] Sha256 sha256(BytesView bytes);
[[nodiscard]] Sha256 sha256(std::string_view text);

}  // namespace firstkey::device
