#pragma once
// What administrators hand over as a file, in either of the two forms such files come in.

#include <optional>
#include <string_view>

#include "core/bytes.h"

namespace firstkey::core {

/// The DER in `file`: its own bytes, or those of its one PEM block, which must be a `label`
/// ("CERTIFICATE"). Nothing if it holds none, more than one, or something else. What the DER says
/// is not looked at.
[[nodiscard]] std::optional<Bytes> der_of_file(BytesView file, std::string_view label);

}  // namespace firstkey::core
