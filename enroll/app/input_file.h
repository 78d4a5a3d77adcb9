#pragma once
// What a command is given as a file.

#include <cstddef>
#include <string>

#include "core/result.h"

namespace firstkey::enroll {

/// The whole of a file, or of standard input for "-". Errors: kInvalidArgument, when it cannot be
/// read or has more than `max_size` bytes.
[[nodiscard]] core::Result<std::string> read_input(const std::string& path, std::size_t max_size);

}  // namespace firstkey::enroll
