#pragma once
// What administrators hand over as a file, in either of the two forms such files come in.

#include <optional>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace firstkey::core {

/// The DER in `file`: its own bytes, or those of its one PEM block, which must be a `label`
/// ("CERTIFICATE"). Nothing if it holds none, more than one, or something else. What the DER says
/// is not looked at.
[[nodiscard]] std::optional<Bytes> der_of_file(BytesView file, std::string_view label);

/// The DER of every block of `file`, in their order, each of which must be a `label`. Text between
/// them is passed over. Nothing if there is none.
[[nodiscard]] std::optional<std::vector<Bytes>> ders_of_file(BytesView file,
                                                             std::string_view label);

}  // namespace firstkey::core
