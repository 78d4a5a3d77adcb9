#pragma once
// What a reader's driver tells of its abilities, taken apart. It is asked in two steps: for the
// control codes of its features, and then, by one of those, for its properties.
// Source: PC/SC part 10 §2.2 (features), §2.6.14 (properties).

#include <optional>

#include "device/types.h"

namespace firstkey::device {

/// The control code that asks for the properties; nothing where the driver has none, or says
/// something else than a list of features.
[[nodiscard]] std::optional<std::uint32_t> code_for_properties(BytesView features);

/// How many bytes of data one command APDU may carry through the reader, 255..65535: more than 255
/// only where the driver says that it passes extended length.
[[nodiscard]] std::size_t longest_apdu_data(BytesView properties);

}  // namespace firstkey::device
